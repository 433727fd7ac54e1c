package main

import (
	"math"
	"strings"
	"testing"
)

// TestBarsAreMeasured wants the work of -bars to hold all that the bars need.
func TestBarsAreMeasured(t *testing.T) {
	opts, err := parseOptions([]string{"-bars"}, new(strings.Builder))
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range bars() {
		measured := b.work == "launch" && opts.launch || b.work == deathName && opts.death
		for _, c := range opts.cells {
			w := c.work
			w.Kind = ""
			measured = measured || c.kind() == b.work && w.String() == b.size && c.callers == b.callers
		}
		if !measured {
			t.Errorf("nobody measures: %s", b.what)
		}
		if (b.least > 0) == (b.most > 0) {
			t.Errorf("%s: at least %v, at most %v", b.what, b.least, b.most)
		}
	}
	for _, c := range opts.cells {
		if !inBars(c) {
			t.Errorf("%v is measured for no bar", c)
		}
	}
}

func TestJudge(t *testing.T) {
	rows := func(direct, yamux float64) []row {
		of := func(transport string, v float64) row {
			ratio := span3{Median: figure(v)}
			return row{Work: "down", Size: "64KiB", Callers: 1, Subject: "tenon", Transport: transport, Ratios: map[string]span3{"times_gp_grpc": ratio, "p50_to_raw": ratio}}
		}
		otherCodec := of("direct", 77)
		otherCodec.Codec = "gob"
		return []row{of("direct", direct), of("yamux", yamux), otherCodec, {Work: "down", Size: "64KiB", Callers: 1, Subject: "raw", Ratios: map[string]span3{"times_gp_grpc": {Median: 99}}}}
	}
	tests := []struct {
		name string
		bar  bar
		want float64
		who  string
		ok   bool
	}{
		{"one transport", bar{over: "yamux", ratio: "times_gp_grpc", least: 2}, 1.5, "yamux", false},
		{"the best reaches it", bar{over: "best", ratio: "times_gp_grpc", least: 2}, 2, "direct", true},
		{"the least is the best", bar{over: "best", ratio: "p50_to_raw", most: 1.5}, 1.5, "yamux", true},
		{"another codec", bar{over: "best", codec: "gob", ratio: "times_gp_grpc", least: 2}, 77, "direct", true},
		{"too much", bar{over: "direct", ratio: "p50_to_raw", most: 1.5}, 2, "direct", false},
		{"not measured", bar{over: "smux", ratio: "times_gp_grpc", least: 1}, math.NaN(), "", false},
		{"not measured, at most", bar{over: "smux", ratio: "p50_to_raw", most: 1}, math.NaN(), "", false},
	}
	for _, test := range tests {
		b := test.bar
		b.work, b.size, b.callers = "down", "64KiB", 1
		v, who := b.figure(rows(2, 1.5))
		if v != test.want && !(math.IsNaN(v) && math.IsNaN(test.want)) || who != test.who || b.holds(v) != test.ok {
			t.Errorf("%s: %v of %q, holds: %v", test.name, v, who, b.holds(v))
		}
	}
	var out strings.Builder
	if short := judge(&out, rows(9, 1.5)); short != len(bars())-1 { // the only one that rows has a figure for and that holds
		t.Errorf("%d of %d bars fall short:\n%s", short, len(bars()), &out)
	}
	for _, line := range []string{"64 KiB messages down, against gp-grpc ", "9.00", "holds", "1.50", "falls short", "not measured"} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("no %q in:\n%s", line, &out)
		}
	}
}
