package yamuxtransport

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

// A recorder is a link that keeps every write. Its reads end with the test.
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
	return newConn(link, newLedger(transport.Host, 8), new(muxlink.Pool), 1<<20, new(logger), ended)
}

// TestData checks that data leaves in one write with its header, and none behind the
// end of its stream.
func TestData(t *testing.T) {
	for _, end := range []header{fin.on(1), rst.on(1)} {
		r := &recorder{}
		c := newTestConn(r, func(error) {})
		c.Write(appendHeader(nil, syn.on(1)))
		c.out.Join()
		e := c.led.entry(1)
		if err := c.data(e, []byte("body")); err != nil {
			t.Fatal(err)
		}
		c.out.Join()
		want := append(appendHeader(nil, header{kind: kindData, id: 1, length: 4}), "body"...)
		if len(r.writes) != 2 || !bytes.Equal(r.writes[1], want) {
			t.Errorf("the link got %q, want %q as the second write", r.writes, want)
		}
		if got, _ := c.led.sendable(e); got != min(chunk, initialWindow-4) || e.credit != initialWindow-4 {
			t.Errorf("the ledger has %d, credit %d", got, e.credit)
		}
		c.Write(appendHeader(nil, end))
		if err := c.data(e, []byte("body")); !errors.Is(err, net.ErrClosed) {
			t.Errorf("behind the end: %v", err)
		}
		c.out.Join()
		if got := r.bytes(); !bytes.HasSuffix(got, appendHeader(nil, end)) {
			t.Errorf("the link got % x at the end", got)
		}
	}
}

// FuzzConnWrite checks that the link gets the bytes that were written.
func FuzzConnWrite(f *testing.F) {
	f.Add(slices.Concat(appendHeader(nil, header{length: 4}), []byte("bodyabc")), uint8(12))
	f.Add(appendHeader(nil, header{length: 0}), uint8(3))
	f.Fuzz(func(t *testing.T, wire []byte, step uint8) {
		r := &recorder{}
		c := newTestConn(r, func(error) {})
		for p := range slices.Chunk(wire, int(step)+1) {
			if _, err := c.Write(p); err != nil {
				t.Fatal(err)
			}
		}
		c.out.Join()
		if got := r.bytes(); !bytes.Equal(got, wire) {
			t.Errorf("the link got % x, written was % x", got, wire)
		}
	})
}

// TestConnWriteNeverBlocks checks that a link that takes nothing does not hold up
// the library, and that nothing is lost or mixed up by it.
func TestConnWriteNeverBlocks(t *testing.T) {
	r := &recorder{gate: make(chan struct{})}
	c := newTestConn(r, func(error) {})
	var want []byte
	for i := range 1000 {
		h := appendHeader(nil, header{kind: kindPing, length: uint32(i)})
		want = append(want, h...)
		c.Write(h)
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
			if _, err := c.Write(appendHeader(nil, header{kind: kindPing})); err != nil {
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
		wire = appendHeader(wire, header{kind: kindGoAway})
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

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// A readLink is a link that reads from r.
type readLink struct {
	net.Conn
	r io.Reader
}

func (l readLink) Read(p []byte) (int, error) { return l.r.Read(p) }
