package logline

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"
)

func TestParseReadsWhatHclogWrites(t *testing.T) {
	var out bytes.Buffer
	log := hclog.New(&hclog.LoggerOptions{Name: "provider", Level: hclog.Trace, Output: &out, JSONFormat: true})
	log.Warn("careful", "zone", "eu", "count", 3)
	e, err := Parse(bytes.TrimSpace(out.Bytes()))
	if err != nil || e.Message != "careful" || e.Level != hclog.Warn || e.Time.IsZero() {
		t.Fatalf("got %+v, %v", e, err)
	}
	if want := []any{"@module", "provider", "count", 3.0, "zone", "eu"}; !reflect.DeepEqual(e.Pairs, want) {
		t.Errorf("pairs %v, want %v", e.Pairs, want)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, line := range []string{
		``, `text`, `[]`, `"x"`, `3`, `{"@message":1}`, `{"@level":{}}`, `{"@timestamp":false}`,
		`{"@timestamp":"yesterday"}`, `{"@message":"x"`, `{"@message":null}`, strings.Repeat(`{"a":`, 20000),
	} {
		if e, err := Parse([]byte(line)); err == nil {
			t.Errorf("%.40q was read as %+v", line, e)
		}
	}
}

func TestSplitter(t *testing.T) {
	tests := []struct {
		in   string
		want []string
	}{
		{"", nil},
		{"a\nb\r\n", []string{"a W", "b W"}},
		{"\n\n", []string{" W", " W"}},
		{"end", []string{"end W"}},
		{"12345678\n", []string{"12345678 W"}},
		{"123456789\nx", []string{"12345678 -", "9 L", "x W"}},
		{"1234567812345678\n", []string{"12345678 -", "12345678 L"}},
		{"123456781", []string{"12345678 -", "1 L"}},
	}
	for _, test := range tests {
		for size := 1; size <= len(test.in)+1; size++ {
			var got []string
			s := NewSplitter(8, func(part []byte, whole, last bool) {
				kind := "-"
				switch {
				case whole:
					kind = "W"
				case last:
					kind = "L"
				}
				got = append(got, fmt.Sprintf("%s %s", part, kind))
			})
			for piece := range slices.Chunk([]byte(test.in), size) {
				s.Write(piece)
			}
			s.Flush()
			if !slices.Equal(got, test.want) {
				t.Errorf("%q in pieces of %d: %q, want %q", test.in, size, got, test.want)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"@message":"m","@level":"info","@timestamp":"2024-01-02T03:04:05.000000Z","k":[1]}`))
	f.Add([]byte(`{"@message":1}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		if e, err := Parse(line); err == nil && len(e.Pairs)%2 != 0 {
			t.Errorf("%q gave %d elements of pairs", line, len(e.Pairs))
		}
		var back []byte
		s := NewSplitter(16, func(part []byte, _, last bool) {
			if len(part) > 16 {
				t.Errorf("a part of %d bytes", len(part))
			}
			back = append(back, part...)
			if last {
				back = append(back, '\n')
			}
		})
		s.Write(line)
		s.Flush()
		want := bytes.Clone(line)
		if len(line) > 0 && !bytes.HasSuffix(line, []byte("\n")) { // Flush ends the last line
			want = append(want, '\n')
		}
		if cr := []byte("\r"); !bytes.Equal(bytes.ReplaceAll(back, cr, nil), bytes.ReplaceAll(want, cr, nil)) {
			t.Errorf("%q came out as %q", line, back)
		}
	})
}
