package wirejson

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/codec"
)

// What is over a limit ends the reading, and the error names the limit: of a list, of
// a text and of a name, and of all elements together, also of those that are skipped.
func TestReaderLimits(t *testing.T) {
	few := Limit{"Few", 3}
	texts := func(r *Reader) { r.Texts(few) }
	for _, c := range []struct {
		src  string
		read func(*Reader)
		over string // "" for what is just within
	}{
		{`["","",""]`, texts, ""},
		{`["","","",""]`, texts, "Few"},
		{`["` + strings.Repeat("x", maxName) + `"]`, texts, ""},
		{`["` + strings.Repeat("x", maxName+1) + `"]`, func(r *Reader) { r.Names(few) }, "Name"},
		{`[1,2,3,4]`, func(r *Reader) { r.List(few, r.Skip) }, "Few"},
		{`"` + strings.Repeat("x", maxName+1) + `"`, func(r *Reader) { r.Name() }, "Name"},
		{`"` + strings.Repeat("x", maxText) + `"`, func(r *Reader) { r.Text() }, ""},
		{`"` + strings.Repeat("x", maxText+1) + `"`, func(r *Reader) { r.Text() }, "Text"},
		{`"` + strings.Repeat("é", maxText/2+1) + `"`, func(r *Reader) { r.Text() }, "Text"},
		{`"` + strings.Repeat("é", maxText/2) + `"`, func(r *Reader) { r.Text() }, ""},
		{`[` + strings.Repeat("0,", maxElements-1) + `0]`, (*Reader).Skip, ""},
		{`[` + strings.Repeat("0,", maxElements) + `0]`, (*Reader).Skip, "Elements"},
		{`[` + strings.Repeat("[0],", maxElements/2) + `0]`, (*Reader).Skip, "Elements"},
		{`{` + strings.Repeat(`"":0,`, maxElements) + `"":0}`, (*Reader).Skip, "Elements"},
		{`"` + strings.Repeat("AAAA", maxText) + `"`, func(r *Reader) { r.Base64() }, ""}, // who reads it bounds it
	} {
		r := NewReader([]byte(c.src))
		c.read(r)
		err := r.Err()
		var over *codec.LimitError
		if errors.As(err, &over); c.over == "" && err != nil || c.over != "" && (over == nil || over.Limit != c.over) {
			t.Errorf("%.20s… of %d bytes: %v, want %q", c.src, len(c.src), err, c.over)
		}
	}
}

// Bytes in base64 may have any character of their text escaped.
func TestBase64Escaped(t *testing.T) {
	for src, want := range map[string]string{`"\/+AB"`: "\xff\xe0\x01", `"\u0041QID"`: "\x01\x02\x03", `""`: "", `"AP8B"`: "\x00\xff\x01"} {
		r := NewReader([]byte(src))
		if got := r.Base64(); r.Err() != nil || string(got) != want {
			t.Errorf("%s: %q, %v", src, got, r.Err())
		}
	}
}

// Bytes in base64 that are cut off or wrong are an error, and long ones take no memory.
func TestBase64InPlace(t *testing.T) {
	for _, src := range []string{`"AAA"`, `"A"`, `"AA=A"`, `"\/"`, `"é"`, `"AAAA`, `"AA\`, "\"\x01\""} {
		r := NewReader([]byte(src))
		if got := r.Base64(); r.Err() == nil || got != nil {
			t.Errorf("%s was taken for %q", src, got)
		}
	}
	want := bytes.Repeat([]byte("some bytes, not all alike: \x00\xff"), 1<<15)
	for _, text := range []string{base64.StdEncoding.EncodeToString(want), strings.ReplaceAll(base64.StdEncoding.EncodeToString(want), "b", `\u0062`)} {
		src := []byte(`"` + text + `"`)
		var r *Reader
		var got []byte
		took := testing.AllocsPerRun(1, func() { r = NewReader(bytes.Clone(src)); got = r.Base64() })
		if r.Err() != nil || !bytes.Equal(got, want) || took > 10 {
			t.Errorf("%d bytes, %v, in %v allocations", len(got), r.Err(), took)
		}
	}
}
