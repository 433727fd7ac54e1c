package chart

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"time"
)

func TestWrite(t *testing.T) {
	for name, all := range map[string][]Series{
		"none":     nil,
		"no calls": {{Name: "a"}},
		"two": {
			{Name: "smux/2 <cbor> & co", PerSecond: 1000, Median: 75 * time.Microsecond, Tail: time.Millisecond, Bins: []Bin{{50e3, 63e3, 10}, {63e3, 80e3, 30}}},
			{Name: "b", PerSecond: 500, Bins: []Bin{{1e6, 2e6, 5}}},
		},
	} {
		var out bytes.Buffer
		if err := Write(&out, "bolt kv.Get", "on \x1b this machine", all); err != nil {
			t.Fatal(err)
		}
		text := out.String()
		d := xml.NewDecoder(&out)
		bars, words := 0, ""
		for {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v in\n%s", name, err, text)
			}
			switch token := token.(type) {
			case xml.StartElement:
				if token.Name.Local == "rect" {
					bars++
				}
			case xml.CharData:
				words += string(token)
			}
		}
		if name == "two" && (bars != 1+2+3 || !strings.Contains(words, "smux/2 <cbor> & co") || !strings.Contains(words, "1000\n75µs, 1ms")) {
			t.Errorf("%d bars, %q", bars, words)
		}
		if strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
			t.Errorf("%s: a number is none:\n%s", name, text)
		}
	}
}

func TestShort(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 999: "999ns", 1500: "1.50µs", 75200: "75.2µs", 751000: "751µs", 2e6: "2ms", 12345678: "12.3ms", 3 * time.Second: "3s",
	} {
		if got := Short(d); got != want {
			t.Errorf("%d is %s, not %s", d, got, want)
		}
	}
}
