package smuxtransport

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/xtaci/smux"

	"github.com/tenon-dev/tenon/core/transport"
)

const (
	// maxFrame is the largest frame that is sent, and that the protocol knows. A
	// frame cannot be interrupted, so it is what those of other streams wait for.
	maxFrame = 65535

	// smallWrite is the largest write that goes ahead without a share of the
	// budget, so that it does not wait for bulk writes to get theirs.
	smallWrite = 4 << 10
)

// stream implements [transport.Stream].
type stream struct {
	sess *session
	x    *smux.Stream
	e    *entry
	ours bool
	shut chan struct{} // closed by Close

	mu       sync.Mutex // guards closed, deadline and the order of calls that set them
	closed   bool
	deadline time.Time

	reading sync.Mutex // held by Read, in case that more than one goroutine reads
	writing sync.Mutex // held by Write, likewise
}

var _ transport.Stream = (*stream)(nil)

func newStream(s *session, x *smux.Stream, ours bool) *stream {
	return &stream{sess: s, x: x, e: s.led.entry(x.ID()), ours: ours, shut: make(chan struct{})}
}

// Read reads what there is, or waits for it.
func (st *stream) Read(p []byte) (int, error) {
	st.reading.Lock()
	defer st.reading.Unlock()
	for {
		deadline, err := st.readable()
		if err != nil || len(p) == 0 {
			return 0, err
		}
		ended := st.sess.isOver() // before the look at what is there, which came before it
		n, over := st.e.in.take(p)
		switch {
		case n > 0:
			st.update()
			return n, nil
		case over, ended:
			return 0, io.EOF
		}
		st.wait(deadline)
	}
}

// update lets the peer send more, if it is time to. An error means that the session has
// ended, which comes again.
func (st *stream) update() {
	if consumed, window, due := st.e.in.update(func() bool { return st.sess.led.grow(st.e) }); due {
		_ = st.sess.conn.update(st.e, consumed, window)
	}
}

// wait waits until a Read may find something else.
func (st *stream) wait(deadline time.Time) {
	var late <-chan time.Time
	if !deadline.IsZero() {
		timer := time.NewTimer(time.Until(deadline))
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-st.e.in.ready:
	case <-st.sess.ended:
	case <-st.shut:
	case <-late:
	}
}

// readable returns the deadline, and the error of a Read that must not even look for
// bytes.
func (st *stream) readable() (deadline time.Time, err error) {
	st.mu.Lock()
	closed, deadline := st.closed, st.deadline
	st.mu.Unlock()
	switch {
	case closed:
		err = transport.Closed("read", net.ErrClosed)
	case st.sess.closedHere():
		err = st.sess.over("read")
	case !deadline.IsZero() && time.Until(deadline) <= 0:
		err = fmt.Errorf("read: %w", os.ErrDeadlineExceeded)
	}
	return deadline, err
}

// Write sends p, and returns when the link has taken it.
func (st *stream) Write(p []byte) (int, error) {
	st.writing.Lock()
	defer st.writing.Unlock()
	done := 0
	for {
		room, err := st.room(len(p) > done)
		if err != nil {
			return done, err
		}
		n, err := st.send(p[done : done+min(len(p)-done, room, maxData)])
		done += n
		if err != nil {
			return done, st.writeError(err)
		}
		if done == len(p) {
			return done, nil
		}
	}
}

// room returns how much may be sent. If anything has to be, it waits until that
// is more than nothing.
func (st *stream) room(wanted bool) (int, error) {
	for {
		select {
		case <-st.shut:
			return 0, transport.Closed("write", net.ErrClosed)
		case <-st.sess.ended:
			return 0, st.sess.over("write")
		default:
		}
		room, err := st.sess.led.sendable(st.e)
		if err != nil {
			return 0, transport.Closed("write", err)
		}
		if room > 0 || !wanted {
			return room, nil
		}
		select {
		case <-st.e.kick:
		case <-st.shut:
		case <-st.sess.ended:
		}
	}
}

// send sends one piece, and waits until it has left the outbox.
func (st *stream) send(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	out := st.sess.conn.out
	if len(p) > smallWrite {
		if err := out.gate.acquire(len(p), st.shut); err != nil {
			return 0, err
		}
		defer out.gate.release(len(p))
	}
	if err := st.sess.conn.data(st.e, p); err != nil {
		return 0, err
	}
	return len(p), out.flush(st.shut)
}

func (st *stream) writeError(err error) error {
	select {
	case <-st.shut:
		return transport.Closed("write", net.ErrClosed)
	default:
	}
	if errors.Is(err, errEnded) || errors.Is(err, io.ErrClosedPipe) {
		err = net.ErrClosed
	}
	if ended := st.sess.over("write"); ended != nil {
		return ended
	}
	return transport.Closed("write", err)
}

// Close ends both directions.
func (st *stream) Close() error {
	st.mu.Lock()
	again := st.closed
	st.closed = true
	st.mu.Unlock()
	if again {
		return nil
	}
	close(st.shut)
	st.e.in.close()
	// An error means that the session is gone, and then so is the stream.
	_ = st.x.Close()
	if st.ours {
		// Only now may the next stream be opened: the peer has to learn of the end
		// of this one first, or it would count one too many.
		st.sess.led.closed()
	}
	return nil
}

// SetReadDeadline bounds Read.
func (st *stream) SetReadDeadline(t time.Time) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.closed {
		return transport.Closed("set read deadline", net.ErrClosed)
	}
	st.deadline = t
	st.e.in.poke()
	return nil
}
