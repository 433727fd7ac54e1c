package muxlink

import (
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// A Reader is the reading side of a stream, and knows of its Close. A stream embeds it
// for Read and SetReadDeadline of [transport.Stream]. Any goroutine may use it.
type Reader struct {
	in     *Inbox
	ending *Ending
	taken  func(n int)
	shut   chan struct{} // closed by Shut

	mu       sync.Mutex // guards closed, deadline and the order of calls that set them
	closed   bool
	deadline time.Time

	reading sync.Mutex // held by Read, in case that more than one goroutine reads
}

// NewReader returns that of a stream which in receives, of the session that ending is of.
// taken is told how many bytes each Read took; it must not wait.
func NewReader(in *Inbox, ending *Ending, taken func(n int)) *Reader {
	return &Reader{in: in, ending: ending, taken: taken, shut: make(chan struct{})}
}

// Read reads what there is, or waits for it, as [transport.Stream] says.
func (r *Reader) Read(p []byte) (int, error) {
	r.reading.Lock()
	defer r.reading.Unlock()
	for {
		deadline, err := r.readable()
		if err != nil || len(p) == 0 {
			return 0, err
		}
		over := r.ending.IsOver() // before the look at what is there, which came before it
		n, err := r.in.take(p)
		switch {
		case n > 0:
			r.taken(n)
			return n, nil
		case err == io.EOF:
			return 0, err
		case err != nil:
			return 0, transport.Closed("read", err)
		case over:
			return 0, io.EOF
		}
		r.wait(deadline)
	}
}

// wait waits until a Read may find something else.
func (r *Reader) wait(deadline time.Time) {
	var late <-chan time.Time
	if !deadline.IsZero() {
		timer := time.NewTimer(time.Until(deadline))
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-r.in.ready:
	case <-r.ending.ended:
	case <-r.shut:
	case <-late:
	}
}

// readable returns the deadline, and the error of a Read that must not even look for
// bytes.
func (r *Reader) readable() (deadline time.Time, err error) {
	r.mu.Lock()
	closed, deadline := r.closed, r.deadline
	r.mu.Unlock()
	switch {
	case closed:
		err = transport.Closed("read", net.ErrClosed)
	case r.ending.ClosedHere():
		err = r.ending.Over("read")
	case !deadline.IsZero() && time.Until(deadline) <= 0:
		err = fmt.Errorf("read: %w", os.ErrDeadlineExceeded)
	}
	return deadline, err
}

// SetReadDeadline bounds Read, also one that waits.
func (r *Reader) SetReadDeadline(t time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return transport.Closed("set read deadline", net.ErrClosed)
	}
	r.deadline = t
	r.in.poke()
	return nil
}

// Shut is for Close of the stream: it ends Read and Write, and gives back what nobody
// has read. It reports whether it was the first to do so.
func (r *Reader) Shut() (first bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return false
	}
	r.closed = true
	close(r.shut)
	r.in.close()
	return true
}
