package directtransport

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
)

// golden holds the examples of docs/transport-direct.md.
var golden = []struct {
	text  string
	frame []byte
	head  header
	body  string
}{
	{`OPEN stream 1 "hello"`, unhex("010000050000000168656c6c6f"), header{typeOpen, 5, 1}, "hello"},
	{`DATA stream 1 "hi"`, unhex("02000002000000016869"), header{typeData, 2, 1}, "hi"},
	{`CREDIT stream 1 of 917504 bytes`, unhex("0300000400000001000e0000"), header{typeCredit, 4, 1}, "\x00\x0e\x00\x00"},
	{`CLOSE stream 1`, unhex("0400000000000001"), header{typeClose, 0, 1}, ""},
	{`REFUSE stream 3`, unhex("0500000000000003"), header{typeRefuse, 0, 3}, ""},
	{`GOODBYE`, unhex("0600000000000000"), header{typeGoodbye, 0, 0}, ""},
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

func TestGoldenFrames(t *testing.T) {
	for _, g := range golden {
		if got := append(appendHeader(nil, g.head), g.body...); !bytes.Equal(got, g.frame) {
			t.Errorf("%s: encoded as % x, want % x", g.text, got, g.frame)
		}
		got, err := parseHeader([headerSize]byte(g.frame))
		if err != nil || got != g.head {
			t.Errorf("%s: parsed as %+v, %v, want %+v", g.text, got, err, g.head)
		}
	}
	if got := appendCredit(nil, 1, window/2+maxWindow-window); !bytes.Equal(got, golden[2].frame) {
		t.Errorf("credit: encoded as % x, want % x", got, golden[2].frame)
	}
}

// TestGoldenFramesAreThoseOfTheDocument compares with the specification, which
// is there wherever the whole repository is.
func TestGoldenFramesAreThoseOfTheDocument(t *testing.T) {
	text, err := os.ReadFile("../../../docs/transport-direct.md")
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat("../../../go.work"); err == nil {
			t.Fatal("the specification docs/transport-direct.md is gone")
		}
		return // only this module is here
	}
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile(`(?m)^((?:[0-9a-f]{2} )+) +(\S.*)$`).FindAllStringSubmatch(string(text), -1)
	if len(examples) != len(golden) {
		t.Fatalf("the document has %d examples, the test %d", len(examples), len(golden))
	}
	for i, ex := range examples {
		if got := unhex(ex[1]); ex[2] != golden[i].text || !bytes.Equal(got, golden[i].frame) {
			t.Errorf("the document says %q is % x, the test says %q is % x", ex[2], got, golden[i].text, golden[i].frame)
		}
	}
}

func TestParseHeaderRefuses(t *testing.T) {
	for _, tt := range []struct{ frame, want string }{
		{"00 000000 00000001", "unknown type 0"},
		{"07 000000 00000001", "unknown type 7"},
		{"ff ffffff ffffffff", "unknown type 255"},
		{"01 000000 00000001", "OPEN has a body of 0 bytes"},
		{"02 000000 00000001", "DATA has a body of 0 bytes"},
		{"02 040001 00000001", "DATA has a body of 262145 bytes"},
		{"02 ffffff 00000001", "DATA has a body of 16777215 bytes"},
		{"03 000003 00000001", "CREDIT has a body of 3 bytes"},
		{"03 000005 00000001", "CREDIT has a body of 5 bytes"},
		{"04 000001 00000001", "CLOSE has a body of 1 bytes"},
		{"05 000001 00000001", "REFUSE has a body of 1 bytes"},
		{"06 000001 00000000", "GOODBYE has a body of 1 bytes"},
		{"06 000000 00000001", "GOODBYE names stream 1"},
		{"01 000001 00000000", "OPEN names stream 0"},
		{"04 000000 00000000", "CLOSE names stream 0"},
	} {
		_, err := parseHeader([headerSize]byte(unhex(tt.frame)))
		var broken *ProtocolError
		if !errors.As(err, &broken) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("header %s: the error is %v, want a ProtocolError with %q", tt.frame, err, tt.want)
		}
	}
	for _, ok := range []string{"02 040000 00000001", "01 000001 ffffffff"} {
		if _, err := parseHeader([headerSize]byte(unhex(ok))); err != nil {
			t.Errorf("header %s: %v", ok, err)
		}
	}
}

func FuzzParseHeader(f *testing.F) {
	for _, g := range golden {
		f.Add(g.frame[:headerSize])
	}
	f.Add(unhex("02 040001 00000001"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < headerSize {
			return
		}
		h, err := parseHeader([headerSize]byte(b))
		if err != nil {
			var broken *ProtocolError
			if !errors.As(err, &broken) || h != (header{}) {
				t.Fatalf("% x: %+v and the error %v, want no header and a ProtocolError", b[:headerSize], h, err)
			}
			return
		}
		if again := appendHeader(nil, h); !bytes.Equal(again, b[:headerSize]) {
			t.Fatalf("% x was parsed as %+v, which is % x", b[:headerSize], h, again)
		}
		if h.length > maxBody {
			t.Fatalf("% x: a body of %d bytes was let through", b[:headerSize], h.length)
		}
	})
}
