package line

import (
	"encoding/base64"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/compat-goplugin/internal/cert"
)

func TestParse(t *testing.T) {
	pair, err := cert.New()
	if err != nil {
		t.Fatal(err)
	}
	der := pair.TLS.Certificate[0]
	encoded := base64.RawStdEncoding.EncodeToString(der)
	yes, no := true, false
	tests := []struct {
		name, text string
		want       Line
	}{
		{"4 fields", "1|2|unix|/tmp/x", Line{Version: 2, Network: "unix", Address: "/tmp/x", Protocol: "netrpc"}},
		{"5 fields", "1|5|tcp|127.0.0.1:7|grpc", Line{Version: 5, Network: "tcp", Address: "127.0.0.1:7", Protocol: "grpc"}},
		{"6 fields, empty", "1|5|tcp|127.0.0.1:7|grpc|", Line{Version: 5, Network: "tcp", Address: "127.0.0.1:7", Protocol: "grpc"}},
		{"6 fields, old extra", "1|5|tcp|127.0.0.1:7|grpc|eyJzdGRvdXQiOiIifQ==", Line{Version: 5, Network: "tcp", Address: "127.0.0.1:7", Protocol: "grpc"}},
		{"6 fields, certificate", "1|5|unix|/x|grpc|" + encoded, Line{Version: 5, Network: "unix", Address: "/x", Protocol: "grpc", Certificate: der}},
		{"6 fields, padded", "1|5|unix|/x|grpc|" + base64.StdEncoding.EncodeToString(der), Line{Version: 5, Network: "unix", Address: "/x", Protocol: "grpc", Certificate: der}},
		{"7 fields", "1|5|unix|/x|grpc||true", Line{Version: 5, Network: "unix", Address: "/x", Protocol: "grpc", Multiplex: &yes}},
		{"7 fields, no", "1|5|unix|/x|grpc||false", Line{Version: 5, Network: "unix", Address: "/x", Protocol: "grpc", Multiplex: &no}},
		{"8 fields", "1|0|unix|/x|grpc||true|later", Line{Version: 0, Network: "unix", Address: "/x", Protocol: "grpc", Multiplex: &yes}},
		{"spaces around", " 1|2|unix|/tmp/x \r", Line{Version: 2, Network: "unix", Address: "/tmp/x", Protocol: "netrpc"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := Parse(test.text)
			if err != nil || !reflect.DeepEqual(got, test.want) {
				t.Fatalf("got %+v, %v", got, err)
			}
			if again, err := Parse(got.String()); err != nil || !reflect.DeepEqual(again, got) {
				t.Errorf("%q was read as %+v, %v", got.String(), again, err)
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	tests := []struct {
		name, text, want string
		reason           Reason
	}{
		{"empty", "", `""`, Unrecognised},
		{"a message", "panic: no config", `"panic: no config"`, Unrecognised},
		{"3 fields", "1|2|unix", "of the form", Unrecognised},
		{"core is text", "a|2|unix|/x", `"a"`, Malformed},
		{"another core", "2|2|unix|/x", "it has 2", WrongCore},
		{"version is text", "1|v2|unix|/x", `"v2"`, Malformed},
		{"bad base64", "1|2|unix|/x|grpc|" + strings.Repeat("*", 60), "certificate", Malformed},
		{"no certificate", "1|2|unix|/x|grpc|" + strings.Repeat("A", 64), "certificate", Malformed},
		{"bad bool", "1|2|unix|/x|grpc||maybe", `"maybe"`, Malformed},
		{"long", "1|2|unix|" + strings.Repeat("x", Limit), "more than", Unrecognised},
		{"long field", strings.Repeat("x", Limit-10) + "|1|1|1", "…", Malformed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse(test.text)
			var e *Error
			if !errors.As(err, &e) || e.Reason != test.reason || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v", err)
			}
			if err != nil && len(err.Error()) > 1000 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add("1|2|unix|/tmp/x|grpc||true")
	f.Add("1|2|tcp|127.0.0.1:80")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := Parse(text)
		if err != nil {
			return
		}
		if strings.TrimSpace(l.Protocol) != l.Protocol || strings.TrimSpace(l.Address) != l.Address {
			return // the ends of a line are trimmed, and a field may stand there
		}
		if again, err := Parse(l.String()); err != nil || !reflect.DeepEqual(again, l) {
			t.Errorf("%q gave %+v, that gave %q, that gave %+v, %v", text, l, l.String(), again, err)
		}
	})
}
