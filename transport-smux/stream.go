package smuxtransport

import (
	"errors"
	"io"
	"net"
	"sync"

	"github.com/xtaci/smux"

	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/muxlink"
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

	*muxlink.Reader
	writing sync.Mutex // held by Write, in case that more than one goroutine writes
}

var _ transport.Stream = (*stream)(nil)

func newStream(s *session, x *smux.Stream, ours bool) *stream {
	st := &stream{sess: s, x: x, e: s.led.entry(x.ID()), ours: ours}
	st.Reader = muxlink.NewReader(st.e.in, s.Ending, st.read)
	return st
}

// read lets the peer send more, if it is time to, now that n bytes were read. An error
// means that the session has ended, which comes again.
func (st *stream) read(n int) {
	if st.e.in.Over() {
		return
	}
	if consumed, window, due := st.e.ahead.read(n, func() bool { return st.sess.led.grow(st.e) }); due {
		_ = st.sess.conn.update(st.e, consumed, window)
	}
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
		case <-st.Closed():
			return 0, transport.Closed("write", net.ErrClosed)
		case <-st.sess.Done():
			return 0, st.sess.Over("write")
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
		case <-st.Closed():
		case <-st.sess.Done():
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
		if err := out.Acquire(len(p), st.Closed()); err != nil {
			return 0, err
		}
		defer out.Release(len(p))
	}
	if err := st.sess.conn.data(st.e, p); err != nil {
		return 0, err
	}
	return len(p), out.Flush(st.Closed())
}

func (st *stream) writeError(err error) error {
	select {
	case <-st.Closed():
		return transport.Closed("write", net.ErrClosed)
	default:
	}
	if errors.Is(err, muxlink.ErrEnded) || errors.Is(err, io.ErrClosedPipe) {
		err = net.ErrClosed
	}
	if ended := st.sess.Over("write"); ended != nil {
		return ended
	}
	return transport.Closed("write", err)
}

// Close ends both directions.
func (st *stream) Close() error {
	if !st.Shut() {
		return nil
	}
	// An error means that the session is gone, and then so is the stream.
	_ = st.x.Close()
	if st.ours {
		// Only now may the next stream be opened: the peer has to learn of the end
		// of this one first, or it would count one too many.
		st.sess.led.closed()
	}
	return nil
}
