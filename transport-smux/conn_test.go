package smuxtransport

import (
	"bytes"
	"errors"
	"io"
	"net"
	"slices"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/muxlink"
)

// A recorder is a link that keeps every write.
type recorder struct {
	net.Conn
	mu     sync.Mutex
	writes [][]byte
	gate   chan struct{} // each write takes one, unless nil
	err    error         // of every write
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.gate != nil {
		<-r.gate
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return 0, r.err
	}
	r.writes = append(r.writes, bytes.Clone(p))
	return len(p), nil
}

func (r *recorder) Close() error { return nil }

func (r *recorder) bytes() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Concat(r.writes...)
}

func newTestConn(link net.Conn, ended func(error)) *conn {
	return newConn(link, newLedger(transport.Host, 8, defaultBuffer), new(muxlink.Pool), 1<<20, ended)
}

// TestConnWriteNeverBlocks checks that a link that takes nothing does not hold up
// the library, and that nothing is lost or mixed up by it.
func TestConnWriteNeverBlocks(t *testing.T) {
	r := &recorder{gate: make(chan struct{})}
	c := newTestConn(r, func(error) {})
	var want []byte
	for i := range 1000 {
		f := appendUpdate(nil, update(uint32(i), 1, 2))
		want = append(want, f...)
		if i%2 == 0 {
			c.Write(f)
		} else {
			c.update(&entry{id: uint32(i)}, 1, 2)
		}
	}
	flushed := make(chan error)
	go func() { flushed <- c.out.Flush(nil) }()
	select {
	case err := <-flushed:
		t.Errorf("flush returned %v before the link took anything", err)
	case <-time.After(20 * time.Millisecond):
	}
	close(r.gate)
	if err := <-flushed; err != nil {
		t.Error(err)
	}
	c.out.Join()
	if !bytes.Equal(r.bytes(), want) {
		t.Error("the link got other bytes than were written")
	}
}

func TestWriteErrors(t *testing.T) {
	broken := errors.New("broken")
	for _, tt := range []struct {
		name string
		err  error
		ends bool
	}{
		{"the peer is gone, which the reader finds out", syscall.EPIPE, false},
		{"the pipe is closed", io.ErrClosedPipe, false},
		{"anything else", broken, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var cause error
			c := newTestConn(&recorder{err: tt.err}, func(err error) { cause = err })
			if _, err := c.Write(appendFrame(nil, frame{kind: kindNOP})); err != nil {
				t.Errorf("Write: %v", err)
			}
			c.out.Join()
			if errors.Is(cause, tt.err) != tt.ends {
				t.Errorf("the session ended with %v, want an end: %v", cause, tt.ends)
			}
			if err := c.out.Flush(nil); !errors.Is(err, tt.err) {
				t.Errorf("flush = %v, want %v", err, tt.err)
			}
		})
	}
}

// TestConnReadsInLargePieces checks that a header is not a system call.
func TestConnReadsInLargePieces(t *testing.T) {
	var wire []byte
	for range 100 {
		wire = appendFrame(wire, frame{kind: kindFIN})
	}
	reads := 0
	c := newTestConn(readLink{r: readerFunc(func(p []byte) (int, error) { reads++; return copy(p, wire), nil })}, func(error) {})
	for range len(wire) / headerSize {
		if _, err := io.ReadFull(c, make([]byte, headerSize)); err != nil {
			t.Fatal(err)
		}
	}
	if reads != 1 {
		t.Errorf("%d reads of the link for %d bytes, want 1", reads, len(wire))
	}
}

// TestConnReadError checks that an error that comes together with bytes is told,
// and that the session is told why.
func TestConnReadError(t *testing.T) {
	broken := errors.New("broken")
	var cause error
	c := newTestConn(readLink{r: iotest.DataErrReader(io.MultiReader(bytes.NewReader(make([]byte, 5)), iotest.ErrReader(broken)))}, func(err error) { cause = err })
	if _, err := io.ReadFull(c, make([]byte, headerSize)); err == nil {
		t.Error("a header that is not there was read")
	}
	if !errors.Is(cause, broken) {
		t.Errorf("the session was told %v, want %v", cause, broken)
	}
}

// TestData checks that bytes leave in one write, in one frame or two of about the same
// size, and that none leave behind the end of their stream.
func TestData(t *testing.T) {
	for _, tt := range []struct {
		n      int
		frames []int
	}{
		{1, []int{1}}, {64, []int{64}}, {maxFrame, []int{maxFrame}}, {64 << 10, []int{32 << 10, 32 << 10}},
		{maxFrame + 2, []int{32769, 32768}}, {maxData, []int{maxFrame, maxFrame}},
	} {
		r := &recorder{}
		c := newTestConn(r, func(error) {})
		c.led.add(7, true)
		p := make([]byte, tt.n)
		for i := range p {
			p[i] = byte(i * 7)
		}
		if err := c.data(c.led.entry(7), p); err != nil {
			t.Fatal(err)
		}
		if err := c.out.Flush(nil); err != nil {
			t.Fatal(err)
		}
		c.out.Join()
		if len(r.writes) != 1 {
			t.Errorf("%d bytes: %d writes", tt.n, len(r.writes))
		}
		var got []byte
		var frames []int
		for b := r.bytes(); len(b) > 0; {
			f := parseHeader(b)
			if f.version != version || f.kind != kindPSH || f.id != 7 {
				t.Fatalf("%d bytes: a frame %+v", tt.n, f)
			}
			frames = append(frames, int(f.length))
			got, b = append(got, b[headerSize:headerSize+int(f.length)]...), b[headerSize+int(f.length):]
		}
		if !bytes.Equal(got, p) || !slices.Equal(frames, tt.frames) {
			t.Errorf("%d bytes: frames of %d, want %d; the same bytes: %v", tt.n, frames, tt.frames, bytes.Equal(got, p))
		}
		if e := c.led.entry(7); e.sent != uint32(tt.n) {
			t.Errorf("%d bytes: the ledger has %d", tt.n, e.sent)
		}
		if _, err := c.Write(appendFrame(nil, frame{kind: kindFIN, id: 7})); err != nil {
			t.Fatal(err)
		}
		if err := c.data(c.led.streams[7], p); !errors.Is(err, net.ErrClosed) {
			t.Errorf("behind the end: %v", err)
		}
	}
}

// A readLink is a link that reads from r.
type readLink struct {
	net.Conn
	r io.Reader
}

func (l readLink) Read(p []byte) (int, error) { return l.r.Read(p) }

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
