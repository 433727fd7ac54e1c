package rpc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"testing"
	"testing/iotest"
)

// newTestReader reads from src with a budget of its own.
func newTestReader(src io.Reader, limits Limits) (*reader, *budget) {
	limits = limits.WithDefaults()
	b := &budget{limit: int64(limits.Receive)}
	return newReader(src, limits, b), b
}

// checkHeld fails when bytes are reserved after everything was freed.
func checkHeld(t testing.TB, b *budget) {
	t.Helper()
	if n := b.used.Load(); n != 0 {
		t.Errorf("%d bytes are still reserved", n)
	}
}

func TestReaderPutsTogether(t *testing.T) {
	src := func() []byte {
		long := bytes.Repeat([]byte("0123456789abcdef"), 10_000)
		a := pieces(header{typ: frameCall, flags: flagDeadline, method: 3, id: 7}, long, 60_000)
		b := pieces(header{typ: frameReply, flags: flagError, id: 8}, long[:100_000], maxFrame)
		small := frameBytes(header{typ: frameCancel, id: 9}, nil)
		cut := headerSize + 60_000
		return bytes.Join([][]byte{a[:cut], small, b[:headerSize+maxFrame], a[cut:], b[headerSize+maxFrame:], small}, nil)
	}()
	for name, in := range map[string]io.Reader{
		"at once":       bytes.NewReader(src),
		"byte by byte":  iotest.OneByteReader(bytes.NewReader(src)),
		"in halves":     iotest.HalfReader(bytes.NewReader(src)),
		"with the end":  iotest.DataErrReader(bytes.NewReader(src)),
		"in odd chunks": &chunks{src: bytes.NewReader(src), rand: rand.New(rand.NewPCG(1, 2))},
		"interrupted":   &interrupted{src: &chunks{src: bytes.NewReader(src), rand: rand.New(rand.NewPCG(3, 4))}},
	} {
		r, b := newTestReader(in, Limits{})
		want := []struct {
			h header
			n int
		}{
			{header{typ: frameCancel, id: 9}, 0},
			{header{typ: frameCall, flags: flagDeadline, method: 3, id: 7}, 160_000},
			{header{typ: frameReply, flags: flagError, id: 8}, 100_000},
			{header{typ: frameCancel, id: 9}, 0},
		}
		for i, w := range want {
			msg, err := r.next()
			for errors.Is(err, os.ErrDeadlineExceeded) {
				msg, err = r.next()
			}
			if err != nil {
				t.Fatalf("%s: message %d: %v", name, i, err)
			}
			msg.length = 0
			if msg.header != w.h || len(msg.body) != w.n || msg.over != nil {
				t.Errorf("%s: message %d is %+v with %d bytes", name, i, msg.header, len(msg.body))
			}
			for j := range msg.body {
				if msg.body[j] != "0123456789abcdef"[j%16] {
					t.Fatalf("%s: message %d: byte %d is wrong", name, i, j)
				}
			}
			msg.m.free()
			b.give(msg.reserved)
		}
		err := os.ErrDeadlineExceeded
		for errors.Is(err, os.ErrDeadlineExceeded) {
			_, err = r.next()
		}
		if err != io.EOF {
			t.Errorf("%s: the end is %v", name, err)
		}
		checkHeld(t, b)
	}
}

// interrupted fails every second read as one whose deadline has passed.
type interrupted struct {
	src  io.Reader
	read bool
}

func (r *interrupted) Read(p []byte) (int, error) {
	if r.read = !r.read; !r.read {
		return 0, fmt.Errorf("read: %w", os.ErrDeadlineExceeded)
	}
	return r.src.Read(p)
}

// chunks reads in chunks of any size, some of them empty.
type chunks struct {
	src  io.Reader
	rand *rand.Rand
}

func (c *chunks) Read(p []byte) (int, error) {
	return c.src.Read(p[:min(len(p), c.rand.IntN(200))])
}

func TestReaderTruncated(t *testing.T) {
	src := append(pieces(header{typ: frameCall, id: 1}, make([]byte, 100), 40), frameBytes(header{typ: frameReply, id: 2}, []byte("body"))...)
	whole := map[int]int{len(src): 2, len(src) - 16: 1} // messages that are whole when it ends there
	between := map[int]bool{0: true, len(src): true, len(src) - 16: true, headerSize + 40: true, 2 * (headerSize + 40): true}
	for n := range len(src) + 1 {
		r, b := newTestReader(bytes.NewReader(src[:n]), Limits{})
		got := 0
		for {
			msg, err := r.next()
			if err == nil {
				got++
				msg.m.free()
				b.give(msg.reserved)
				continue
			}
			if want := map[bool]error{true: io.EOF, false: io.ErrUnexpectedEOF}[between[n]]; err != want {
				t.Errorf("after %d of %d bytes: %v", n, len(src), err)
			}
			break
		}
		if want := whole[n]; n >= len(src)-16 && got != max(want, 1) {
			t.Errorf("after %d bytes: %d messages", n, got)
		}
		r.close()
		checkHeld(t, b)
	}
}

// What is over a limit is thrown away, whatever its size, and what follows is
// read as ever.
func TestReaderOverTheLimit(t *testing.T) {
	limits := Limits{Message: 1000, Metadata: 24, Receive: 150_000}
	slack := 1000 + 24 + maxFrame
	for _, c := range []struct {
		name   string
		src    []byte
		over   string // the limit
		length int
	}{
		{"just fits", pieces(header{typ: frameCall, id: 1}, make([]byte, slack), maxFrame), "", slack},
		{"too long", pieces(header{typ: frameCall, id: 1}, make([]byte, slack+1), maxFrame), "Message", 0},
		{"far too long", pieces(header{typ: frameReply, id: 1}, make([]byte, 1<<20), maxFrame), "Message", 0},
	} {
		r, b := newTestReader(bytes.NewReader(append(c.src, frameBytes(header{typ: frameCall, id: 2}, []byte("next"))...)), limits)
		msg, err := r.next()
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		switch {
		case msg.id != 1 || len(msg.body) != c.length || (msg.over != nil) != (c.over != ""):
			t.Errorf("%s: got %+v, %d bytes, %v", c.name, msg.header, len(msg.body), msg.over)
		case c.over != "" && (msg.over.Details["limit"] != c.over || !errors.Is(msg.over, ResourceExhausted)):
			t.Errorf("%s: got %v", c.name, msg.over)
		}
		msg.m.free()
		b.give(msg.reserved)
		if msg, err = r.next(); err != nil || string(msg.body) != "next" {
			t.Errorf("%s: what follows is %q, %v", c.name, msg.body, err)
		}
		b.give(msg.reserved)
		checkHeld(t, b)
	}
}

func TestReaderKeepsToTheBudget(t *testing.T) {
	single := frameBytes(header{typ: frameCall, id: 1}, make([]byte, 600))
	long := pieces(header{typ: frameCall, id: 2}, make([]byte, 2000), 50) // there is room for its beginning
	last := frameBytes(header{typ: frameCall, id: 3}, make([]byte, 400))
	r, b := newTestReader(bytes.NewReader(bytes.Join([][]byte{single, single, long, last}, nil)), Limits{Receive: 1000})
	first, err := r.next()
	if err != nil || len(first.body) != 600 {
		t.Fatalf("got %d bytes, %v", len(first.body), err)
	}
	for range 2 {
		msg, err := r.next()
		if err != nil || msg.over == nil || msg.over.Details["limit"] != "Receive" || msg.body != nil || msg.reserved != 0 {
			t.Fatalf("got %+v, %d bytes, %d reserved, %v, %v", msg.header, len(msg.body), msg.reserved, msg.over, err)
		}
	}
	msg, err := r.next()
	if err != nil || len(msg.body) != 400 || b.used.Load() != 1000 {
		t.Fatalf("got %d bytes, %v; %d are reserved", len(msg.body), err, b.used.Load())
	}
	b.give(first.reserved + msg.reserved)
	checkHeld(t, b)
}

// Room is made for what arrives, not for what is announced.
func TestReaderBelievesNoLength(t *testing.T) {
	body := append(binary.BigEndian.AppendUint32(nil, 16<<20), make([]byte, 100)...)
	r, b := newTestReader(bytes.NewReader(frameBytes(header{typ: frameCall, flags: flagMore, id: 1}, body)), Limits{})
	if _, err := r.next(); err != io.EOF {
		t.Fatal(err)
	}
	if n := b.used.Load(); n > 400 {
		t.Errorf("%d bytes are reserved for 100 that arrived", n)
	}
	r.close()
	checkHeld(t, b)
}

func TestReaderDropsWhatIsAborted(t *testing.T) {
	begun := frameBytes(header{typ: frameCall, flags: flagMore, id: 1}, append(binary.BigEndian.AppendUint32(nil, 500), make([]byte, 300)...))
	abort := frameBytes(header{typ: frameData, flags: flagAbort, id: 1}, nil)
	again := pieces(header{typ: frameCall, id: 1}, []byte("the id is free again"), 10)
	r, b := newTestReader(bytes.NewReader(bytes.Join([][]byte{begun, abort, again}, nil)), Limits{})
	msg, err := r.next()
	if err != nil || string(msg.body) != "the id is free again" {
		t.Fatalf("got %q, %v", msg.body, err)
	}
	b.give(msg.reserved)
	checkHeld(t, b)
}

func TestReaderBoundsWhatIsIncomplete(t *testing.T) {
	var src []byte
	for id := range uint32(4) {
		src = append(src, frameBytes(header{typ: frameCall, flags: flagMore, id: id}, []byte{0, 0, 0, 9})...)
	}
	r, b := newTestReader(bytes.NewReader(src), Limits{Calls: 3})
	_, err := r.next()
	wantViolation(t, err, "more than 3 messages in pieces")
	r.close()
	checkHeld(t, b)
}

// What a session holds is what it has counted, also of messages that are not whole, in
// buffers that have more room than they need.
func TestBudgetCountsBuffers(t *testing.T) {
	for _, size := range []int{100, 200, 1030, 5000, 20_000, maxFrame - 4} {
		var src bytes.Buffer
		for i := range uint32(2000) {
			src.Write(frameBytes(header{typ: frameCall, flags: flagMore, id: i}, append([]byte{0, 0x80, 0, 0}, make([]byte, size)...)))
		}
		var r *reader
		var b *budget
		held, messages := 0, 0
		atEnd := func() {
			for _, p := range r.partial {
				if p.m != nil {
					held += cap(p.m.b)
					messages++
				}
			}
		}
		r, b = newTestReader(&endReader{&src, atEnd}, Limits{})
		if _, err := r.next(); !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		if most := int(b.limit) + messages*smallBuffer; held > most || messages == 0 {
			t.Errorf("%d messages of which %d bytes have come hold %d bytes, and %d are the most", messages, size, held, most)
		}
		checkHeld(t, b)
	}
}

// endReader calls atEnd before it says that it has ended.
type endReader struct {
	src   io.Reader
	atEnd func()
}

func (r *endReader) Read(p []byte) (int, error) {
	n, err := r.src.Read(p)
	if err != nil {
		r.atEnd()
	}
	return n, err
}
