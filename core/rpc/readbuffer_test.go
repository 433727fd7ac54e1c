package rpc

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"
)

// TestReadBuffer reads in every way that there is, in an order that chance decides, and
// wants each byte once.
func TestReadBuffer(t *testing.T) {
	src := counted(20_000)
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		stream := io.Reader(bytes.NewReader(src))
		if seed%3 == 1 {
			stream = &chunks{src: stream, rand: rnd}
		}
		if seed%2 == 1 {
			stream = iotest.DataErrReader(stream)
		}
		const size = 64
		r := newReadBuffer(stream, size)
		var got []byte
		var err error
		for err == nil {
			var n int
			switch p := make([]byte, 1+rnd.IntN(3*size)); rnd.IntN(4) {
			case 0:
				var b []byte
				b, err = r.peek(1 + rnd.IntN(size))
				got = append(got, b...)
				r.skip(len(b))
			case 1:
				n, err = r.Read(p)
				got = append(got, p[:n]...)
			case 2: // with room behind it
				body := 1 + rnd.IntN(len(p))
				if n, err = r.readBody(p, body); n > body {
					t.Fatalf("%d bytes of a body of %d", n, body)
				}
				got = append(got, p[:n]...)
			case 3:
				n, err = r.discard(1 + rnd.IntN(3*size))
				got = append(got, src[len(got):len(got)+n]...)
			}
			if !bytes.Equal(got, src[:len(got)]) {
				t.Fatalf("seed %d: wrong bytes within the first %d", seed, len(got))
			}
		}
		if err != io.EOF || len(got) != len(src) {
			t.Fatalf("seed %d: %d of %d bytes, then %v", seed, len(got), len(src), err)
		}
	}
}

// TestReadBufferKeepsErrors gives an error that came with bytes after them, once.
func TestReadBufferKeepsErrors(t *testing.T) {
	passing := errors.New("passing")
	reads := 0
	r := newReadBuffer(readerFunc(func(p []byte) (int, error) {
		if reads++; reads == 1 {
			return copy(p, "abc"), passing
		}
		return copy(p, "def"), nil
	}), 16)
	if b, err := r.peek(5); string(b) != "abc" || err != passing {
		t.Errorf("got %q, %v", b, err)
	}
	if b, err := r.peek(5); string(b) != "abcde" || err != nil {
		t.Errorf("got %q, %v", b, err)
	}
}

func TestReadBufferWithoutProgress(t *testing.T) {
	r := newReadBuffer(readerFunc(func([]byte) (int, error) { return 0, nil }), 16)
	if _, err := r.peek(1); err != io.ErrNoProgress {
		t.Errorf("got %v", err)
	}
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
