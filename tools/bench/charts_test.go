package main

import (
	"encoding/xml"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// figuresOf returns rows of every kind that a chart shows.
func figuresOf() []row {
	var rows []row
	for i, who := range []row{{Subject: "raw"}, {Subject: "tenon", Transport: "unix", Codec: "cbor"}, {Subject: "tenon", Transport: "unix", Codec: "gob"}, {Subject: "gp-<grpc>"}} {
		for _, p := range pictures() {
			counts := []int{p.callers}
			if p.grows != "" {
				counts = []int{1, 10, 100}
			}
			for _, n := range counts {
				r := who
				r.Work, r.Size, r.Callers = p.work, p.size, n
				v := figure(float64(i+1) * p.scale * (1 + float64(n)))
				r.P50, r.P99, r.PerSecond, r.MBPerSecond, r.ResidentBytes = v, v, v, v, v
				r.Spread = map[string]span{"p50_ns": {v / 2, v * 2}, "per_second": {v / 2, v * 2}}
				rows = append(rows, r)
			}
		}
	}
	return append(rows, row{Work: "echo", Size: "64B", Callers: 1, Subject: "broken", P50: figure(math.NaN())})
}

func TestCharts(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "charts")
	r := &report{Command: "bench -work <all>", Commit: "0123abc", Machine: thisMachine(), Rows: figuresOf()}
	if err := r.draw(folder); err != nil {
		t.Fatal(err)
	}
	for _, p := range pictures() {
		b, err := os.ReadFile(filepath.Join(folder, p.file+".svg"))
		if err != nil {
			t.Error(err)
			continue
		}
		text := wellFormed(t, p.file, string(b))
		for _, want := range []string{p.title, p.unit, "bench -work <all>", "0123abc", thisMachine().CPU, "tenon/unix", "raw", "gp-<grpc>"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say %q:\n%s", p.file, want, text)
			}
		}
		for _, not := range []string{"broken", "cbor", "gob", "NaN", "Inf"} {
			if strings.Contains(string(b), not) {
				t.Errorf("%s says %q", p.file, not)
			}
		}
	}
}

// wellFormed reads a document to its end, and returns its text.
func wellFormed(t *testing.T, name, svg string) string {
	t.Helper()
	var text strings.Builder
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		token, err := d.Token()
		if err == io.EOF {
			return text.String()
		}
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, svg)
		}
		if c, ok := token.(xml.CharData); ok {
			text.Write(c)
		}
	}
}

func TestBarsAreSorted(t *testing.T) {
	for _, p := range pictures() {
		if p.grows != "" {
			continue
		}
		all := p.series(figuresOf())
		if len(all) != 3 { // one codec only, and nothing of what was not measured
			t.Errorf("%s has %d bars", p.file, len(all))
			continue
		}
		if first, last := all[0].points[0].value, all[2].points[0].value; (first < last) != p.lessIsMore {
			t.Errorf("%s begins with %v and ends with %v", p.file, first, last)
		}
	}
}

func TestNothingIsDrawnOfNothing(t *testing.T) {
	folder := t.TempDir()
	if err := (&report{}).draw(folder); err != nil {
		t.Fatal(err)
	}
	if entries, _ := os.ReadDir(folder); len(entries) != 0 {
		t.Errorf("drawn: %v", entries)
	}
}
