package unixtransport

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

// golden holds the examples of docs/transport-unix.md.
var golden = []struct {
	text  string
	bytes string
	frame frame
}{
	{"OPEN 1, with a descriptor", "0100000000000001", newFrame(kindOpen, 1)},
	{"CLOSED 1", "0200000000000001", newFrame(kindClosed, 1)},
	{"REFUSED 7", "0300000000000007", newFrame(kindRefused, 7)},
	{"NO-ROOM 9", "0400000000000009", newFrame(kindNoRoom, 9)},
	{"GOODBYE", "0500000000000000", newFrame(kindGoodbye, 0)},
}

func TestGoldenFrames(t *testing.T) {
	for _, g := range golden {
		if got := hex.EncodeToString(g.frame.append(nil)); got != g.bytes {
			t.Errorf("%s is %s, want %s", g.text, got, g.bytes)
		}
		if err := g.frame.check(); err != nil {
			t.Errorf("%s: %v", g.text, err)
		}
		if name, _, _ := strings.Cut(g.text, " "); g.frame.kind().String() != name {
			t.Errorf("%s is called %v", g.text, g.frame.kind())
		}
	}
	if f := newFrame(kindOpen, numbers); f.kind() != kindOpen || f.number() != numbers {
		t.Errorf("the highest number gives %v %d", f.kind(), f.number())
	}
}

// TestGoldenFramesAreThoseOfTheDocument compares with the specification, which
// is there wherever the whole repository is.
func TestGoldenFramesAreThoseOfTheDocument(t *testing.T) {
	text, err := os.ReadFile("../docs/transport-unix.md")
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat("../go.work"); err == nil {
			t.Fatal("the specification docs/transport-unix.md is gone")
		}
		return // only this module is here
	}
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile(`(?m)^((?:[0-9a-f]{2} )+) +(\S.*)$`).FindAllSubmatch(text, -1)
	if len(examples) != len(golden) {
		t.Fatalf("the document has %d examples, the test %d", len(examples), len(golden))
	}
	for i, ex := range examples {
		if got := string(bytes.ReplaceAll(ex[1], []byte(" "), nil)); string(ex[2]) != golden[i].text || got != golden[i].bytes {
			t.Errorf("the document says %q is %s, the test says %q is %s", ex[2], got, golden[i].text, golden[i].bytes)
		}
	}
}
