package codectest

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/tenon-dev/tenon/core/codec"
)

// Fuzz decodes any bytes into the types of the samples. It fails on a panic, on a
// changed input, and on a decoded value that does not cross unchanged when it is
// sent on. The seeds are the samples and [Options.Hostile].
//
// The fuzz target of a driver is one call:
//
//	func FuzzDecode(f *testing.F) { codectest.Fuzz(f, mycodec.New(), codectest.Options{}) }
func Fuzz(f *testing.F, c codec.Codec, opts Options) {
	f.Helper()
	s := newSuite(c, opts)
	if err := s.pickSamples(); err != nil {
		f.Fatal(err)
	}
	for i, sample := range s.samples {
		b, err := c.Append(nil, sample.Value)
		if err != nil {
			f.Fatalf("%s: Append: %v", sample.Name, err)
		}
		if len(b) <= 4096 { // long seeds slow the fuzzer down and show no more
			f.Add(uint8(i), b)
		}
	}
	for _, h := range opts.Hostile {
		if len(h.Src) <= 4096 {
			f.Add(uint8(0), h.Src)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, src []byte) {
		sample := s.samples[int(which)%len(s.samples)]
		before := bytes.Clone(src)
		if framer, ok := c.(codec.ByteFramer); ok {
			fuzzBytesHead(t, framer, src)
		}
		first := newLike(sample.Value)
		err := c.Decode(src, first)
		if !bytes.Equal(src, before) {
			t.Fatal("Decode changed src")
		}
		if err != nil {
			return
		}
		sent := reflect.ValueOf(first).Elem().Interface()
		b, err := c.Append(nil, first)
		if err != nil && opts.AcceptsMore {
			return
		}
		if err != nil {
			t.Fatalf("%s was decoded and cannot be encoded: %v", show(sent), err)
		}
		second := newLike(sample.Value)
		if err := c.Decode(b, second); err != nil {
			t.Fatalf("%s was decoded, and cannot be decoded after it was sent on: %v", show(sent), err)
		}
		if got := reflect.ValueOf(second).Elem().Interface(); !s.opts.Equal(sent, got) {
			t.Fatalf("%s arrived as %s", show(sent), show(got))
		}
	})
}

// fuzzBytesHead wants Decode to agree with what BytesHead says of any bytes.
func fuzzBytesHead(t *testing.T, c codec.ByteFramer, src []byte) {
	head, n, ok := c.BytesHead(src)
	if !ok || head > len(src) || n != len(src)-head {
		return
	}
	var got []byte
	if err := c.Decode(src, &got); err != nil || !bytes.Equal(got, src[head:]) {
		t.Fatalf("BytesHead says that % x is %d bytes, and Decode: %v", src, n, err)
	}
}
