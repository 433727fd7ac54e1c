package rpc

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
)

// framing encodes a slice of bytes as '#', its length, and the bytes, and all else as JSON.
type framing struct{ *jsoncodec.Codec }

var _ codec.ByteFramer = framing{}

func newFraming() framing { return framing{jsoncodec.New()} }

func (framing) AppendBytesHead(dst []byte, n int) []byte {
	return binary.BigEndian.AppendUint32(append(dst, '#'), uint32(n))
}

func (framing) BytesHead(src []byte) (head, n int, ok bool) {
	if len(src) < 5 || src[0] != '#' {
		return 0, 0, false
	}
	return 5, int(binary.BigEndian.Uint32(src[1:])), true
}

func (f framing) Append(dst []byte, v any) ([]byte, error) {
	if b, ok := v.(*[]byte); ok && *b != nil {
		return append(f.AppendBytesHead(dst, len(*b)), *b...), nil
	}
	return f.Codec.Append(dst, v)
}

func (f framing) Decode(src []byte, v any) error {
	to, ok := v.(*[]byte)
	head, n, framed := f.BytesHead(src)
	switch {
	case ok && framed && head+n == len(src):
		*to = append((*to)[:0], src[head:]...)
		return nil
	case framed:
		return fmt.Errorf("%d bytes, of which %d are to be decoded into %T", len(src), n, v)
	}
	return f.Codec.Decode(src, v)
}

func counted(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * 7 / 3)
	}
	return b
}

// TestReaderStoresBytes reads slices of bytes into memory that is there, and other values
// and frames before, between and behind them.
func TestReaderStoresBytes(t *testing.T) {
	c := newFraming()
	sizes := []int{largeBytes - 6, largeBytes - 5, largeBytes, 50_000, maxFrame - 5}
	var src []byte
	for _, n := range sizes {
		b := counted(n)
		body, _ := c.Append(nil, &b)
		src = append(src, frameBytes(header{typ: frameMessage}, body)...)
		src = append(src, frameBytes(header{typ: frameStop}, nil)...)
	}
	wrong := binary.BigEndian.AppendUint32([]byte("#"), 40_001) // one more than there are
	src = append(src, frameBytes(header{typ: frameMessage}, append(wrong, make([]byte, 40_000)...))...)
	src = append(src, frameBytes(header{typ: frameChunk}, append(c.AppendBytesHead(nil, 40_000), make([]byte, 40_000)...))...)
	for name, in := range map[string]io.Reader{
		"at once":       bytes.NewReader(src),
		"byte by byte":  iotest.OneByteReader(bytes.NewReader(src)),
		"with the end":  iotest.DataErrReader(bytes.NewReader(src)),
		"in odd chunks": &chunks{src: bytes.NewReader(src), rand: rand.New(rand.NewPCG(1, 2))},
		"interrupted":   &interrupted{src: &chunks{src: bytes.NewReader(src), rand: rand.New(rand.NewPCG(3, 4))}},
	} {
		r, b := newTestReader(in, Limits{})
		memory := make([]byte, 3, 50_000)
		next := func(to *[]byte) message {
			t.Helper()
			for {
				r.target = targetOf(c, to)
				msg, err := r.next()
				if errors.Is(err, os.ErrDeadlineExceeded) {
					continue
				}
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				b.give(msg.reserved)
				return msg
			}
		}
		for _, n := range sizes {
			got := memory
			msg := next(&got)
			if stored := n+5 >= largeBytes; msg.stored != stored || stored == (msg.body != nil) {
				t.Fatalf("%s: %d bytes: stored %t, and a body of %d", name, n, msg.stored, len(msg.body))
			}
			if msg.stored && !bytes.Equal(got, counted(n)) {
				t.Errorf("%s: %d bytes arrived wrong", name, n)
			}
			if same := &got[0] == &memory[0]; msg.stored && same != (n <= cap(memory)) {
				t.Errorf("%s: %d bytes into a capacity of %d: the same memory is %t", name, n, cap(memory), same)
			}
			if msg := next(&got); msg.typ != frameStop {
				t.Fatalf("%s: got %v", name, msg.typ)
			}
		}
		for _, typ := range []frameType{frameMessage, frameChunk} {
			got := memory
			if msg := next(&got); msg.typ != typ || msg.stored || len(msg.body) != 40_005 || len(got) != 3 {
				t.Errorf("%s: got %v of %d bytes, stored %t; %d in memory", name, msg.typ, len(msg.body), msg.stored, len(got))
			}
		}
		checkHeld(t, b)
	}
}

// pairStream takes frames in two slices, or fails.
type pairStream struct {
	bytes.Buffer
	pairs int
	err   error
}

func (s *pairStream) WritePair(head, body []byte) (int, error) {
	s.pairs++
	if s.err != nil {
		return 0, s.err
	}
	s.Write(head)
	return s.Write(body)
}

func (s *pairStream) Read(p []byte) (int, error) { return s.Buffer.Read(p) }

func TestSendPair(t *testing.T) {
	out := new(pairStream)
	w := writer{stream: out, fail: func(err error) { t.Error(err) }, ordered: true, begin: []byte{kindFlow}}
	w.send(t.Context(), header{typ: frameMessage, id: 1}, messageOf([]byte("before")), flushLater)
	w.send(t.Context(), header{typ: frameMessage, id: 2}, messageOf(make([]byte, 2*maxFrame)), flushLater)
	head := make([]byte, headerSize)
	header{typ: frameMessage, id: 3, length: 6}.put(head)
	if err := w.sendPair(append(head, "the "...), []byte("me")); err != nil {
		t.Fatal(err)
	}
	w.send(t.Context(), header{typ: frameMessage, id: 4}, messageOf([]byte("behind")), flushSelf)
	if first, _ := out.ReadByte(); first != kindFlow {
		t.Errorf("it begins with %d", first)
	}
	var ids []uint32
	for _, f := range frames(t, out.Bytes()) {
		ids = append(ids, f.id)
	}
	if want := []uint32{1, 2, 2, 2, 3, 4}; !slices.Equal(ids, want) || out.pairs != 1 {
		t.Errorf("got frames of %v, want %v, and %d pairs", ids, want, out.pairs)
	}
}

func TestSendPairFails(t *testing.T) {
	broken := errors.New("broken")
	var told error
	w := writer{stream: &pairStream{err: broken}, fail: func(err error) { told = err }, ordered: true}
	for range 2 { // the second one is not tried
		if err := w.sendPair(make([]byte, headerSize), nil); err != broken || told != broken {
			t.Errorf("got %v, and told %v", err, told)
		}
	}
	if n := w.stream.(*pairStream).pairs; n != 1 {
		t.Errorf("%d attempts", n)
	}
	w.close(broken)
}

// TestSendPairTakesTurns sends pairs beside the writer's own goroutine.
func TestSendPairTakesTurns(t *testing.T) {
	out := new(pairStream)
	w := writer{stream: out, fail: func(err error) { t.Error(err) }, ordered: true}
	const each = 500
	var wg sync.WaitGroup
	wg.Go(func() {
		for range each {
			w.send(t.Context(), header{typ: frameMessage, id: 1}, messageOf(counted(300)), flushOther)
		}
	})
	wg.Go(func() {
		for range each {
			head := make([]byte, headerSize)
			header{typ: frameMessage, id: 2, length: 300}.put(head)
			w.sendPair(append(head, counted(300)[:7]...), counted(300)[7:])
		}
	})
	wg.Wait()
	w.close(errTestEnd)
	count := map[uint32]int{}
	for _, f := range frames(t, out.Bytes()) {
		if !bytes.Equal(f.body, counted(300)) {
			t.Fatal("a frame is mixed up with another")
		}
		count[f.id]++
	}
	if count[2] != each || out.pairs != each {
		t.Errorf("got %v and %d pairs", count, out.pairs)
	}
}

// TestBytesOfAnySize streams slices of bytes both ways, with a codec that lets them by and
// with one that does not.
func TestBytesOfAnySize(t *testing.T) {
	values := BidiStream[[]byte, []byte]{Name: "Bytes"}
	for _, c := range []codec.Codec{newFraming(), jsoncodec.New()} {
		cfg := Config{Codecs: []codec.Codec{c}}
		served := cfg
		served.Services = map[string]*Service{"s": NewService(
			func(context.Context, struct{}) (*struct{}, error) { return nil, nil },
			HandleBidiStream(values, func(_ *struct{}, _ context.Context, s *Stream[[]byte, []byte]) error {
				for b, err := range s.All() {
					if err != nil {
						return err
					}
					if err := s.Send(b); err != nil {
						return err
					}
				}
				return nil
			}),
		)}
		p := newPair(t, cfg, served)
		s, err := values.Open(t.Context(), p.dispense(t, "s"))
		if err != nil {
			t.Fatal(err)
		}
		within := make([]byte, 200_000)
		for _, n := range []int{0, 1, largeBytes - 1, largeBytes, 64 << 10, maxFrame - 5, maxFrame, maxFrame + 1, 200_000, 1 << 20, 7} {
			if err := s.Send(counted(n)); err != nil {
				t.Fatalf("%T: %d bytes: %v", c, n, err)
			}
			got := within[100:100:150_000]
			if err := s.RecvInto(&got); err != nil || !bytes.Equal(got, counted(n)) {
				t.Fatalf("%T: %d bytes came back as %d, %v", c, n, len(got), err)
			}
			if _, framed := c.(codec.ByteFramer); framed && n > 0 && n < 149_000 && &got[0] != &within[100] {
				t.Errorf("%d bytes were not stored into the memory that was given", n)
			}
		}
		s.CloseSend()
		if b, err := s.Recv(); err != io.EOF || b != nil {
			t.Errorf("%T: at the end: %d bytes, %v", c, len(b), err)
		}
		nothingLeft(t, p)
	}
}

// TestBytesIntoAnotherType has a peer send a large slice of bytes where another value is
// expected, and the other way round.
func TestBytesIntoAnotherType(t *testing.T) {
	sends := ServerStream[string, []byte]{Name: "Values"}
	draws := ServerStream[string, string]{Name: "Values"}
	cfg := Config{Codecs: []codec.Codec{newFraming()}}
	served := cfg
	served.Services = map[string]*Service{"s": NewService(
		func(context.Context, struct{}) (*struct{}, error) { return nil, nil },
		HandleServerStream(sends, func(_ *struct{}, _ context.Context, _ string) iter.Seq2[[]byte, error] {
			return func(yield func([]byte, error) bool) { yield(counted(64<<10), nil) }
		}),
	)}
	p := newPair(t, cfg, served)
	for v, err := range draws.Call(t.Context(), p.dispense(t, "s"), "") {
		if !errors.Is(err, Internal) || v != "" {
			t.Errorf("got %q, %v", v, err)
		}
	}
	nothingLeft(t, p)
}
