package cborcodec

import (
	"bytes"
	"testing"
)

// TestBytesAreEncodedAsTheLibraryDoes compares the short way for slices of bytes
// with the library's, at every length where the head changes.
func TestBytesAreEncodedAsTheLibraryDoes(t *testing.T) {
	c := New()
	values := [][]byte{nil, {}}
	for _, n := range []int{1, 23, 24, 255, 256, 1<<16 - 1, 1 << 16, 1<<16 + 1} {
		values = append(values, bytes.Repeat([]byte{7}, n))
	}
	for _, v := range values {
		var want bytes.Buffer
		if err := c.enc.MarshalToBuffer(v, &want); err != nil {
			t.Fatal(err)
		}
		got, err := c.Append(nil, &v)
		if err != nil || !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%d bytes: % x, %v, where the library has % x", len(v), head(got), err, head(want.Bytes()))
		}
		var back []byte
		if err := c.Decode(got, &back); err != nil || !bytes.Equal(back, v) || (back == nil) != (v == nil) {
			t.Errorf("%d bytes came back as %d, %v", len(v), len(back), err)
		}
	}
}

func head(b []byte) []byte { return b[:min(len(b), 9)] }

func FuzzParseBytes(f *testing.F) {
	for _, s := range []string{"\x40", "\x41x", "\x58\x01x", "\x59\x00\x01x", "\x5b\xff\xff\xff\xff\xff\xff\xff\xff", "\x5f\x41x\xff", "\xf6"} {
		f.Add([]byte(s))
	}
	c := New()
	f.Fuzz(func(t *testing.T, src []byte) {
		b, ok := parseBytes(src)
		if !ok {
			return
		}
		var want []byte
		if err := c.dec.Unmarshal(src, &want); err != nil || !bytes.Equal(b, want) {
			t.Errorf("% x is % x here, and % x, %v in the library", src, b, want, err)
		}
	})
}
