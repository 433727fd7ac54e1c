package yamuxtransport

import (
	"errors"
	"net"
	"sync"

	"github.com/hashicorp/yamux"

	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/muxlink"
)

const (
	// chunk is the largest frame that is sent while other streams send too: a frame
	// cannot be interrupted, so it is what their frames wait for. chunkAlone is the
	// largest one of a stream that is alone.
	chunk, chunkAlone = 72 << 10, 512 << 10

	// smallWrite is the largest write that goes ahead without a share of the
	// budget, so that it does not wait for bulk writes to get theirs.
	smallWrite = 4 << 10
)

// stream implements [transport.Stream].
type stream struct {
	sess *session
	y    *yamux.Stream
	e    *entry
	ours bool

	*muxlink.Reader
	writing sync.Mutex // held by Write, in case that more than one goroutine writes
}

var _ transport.Stream = (*stream)(nil)

func newStream(s *session, y *yamux.Stream, ours bool) *stream {
	st := &stream{sess: s, y: y, e: s.led.entry(y.StreamID()), ours: ours}
	st.Reader = muxlink.NewReader(st.e.in, s.Ending, st.read)
	return st
}

// read lets the peer send more, if it is time to, now that n bytes were read. An error
// means that the session has ended, which comes again.
func (st *stream) read(n int) {
	if st.e.in.Over() {
		return
	}
	if more := st.e.ahead.read(n, st.sess.window, func() bool { return st.sess.led.grow(st.e) }); more > 0 {
		_ = st.sess.conn.grant(st.e, more)
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
		n, err := st.send(p[done:min(len(p), done+room)])
		done += n
		if err != nil {
			return done, st.writeError(err)
		}
		if done == len(p) {
			return done, nil
		}
	}
}

// room returns how much may be sent in one piece. If anything has to be, it waits
// until that is more than nothing.
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
	if muxlink.PeerGone(err) {
		return transport.Closed("write", err)
	}
	if errors.Is(err, net.ErrClosed) || errors.Is(err, muxlink.ErrEnded) {
		err = yamux.ErrSessionShutdown
	}
	return translate("write", err, st.sess.Err())
}

// Close ends both directions. yamux itself would only end the one from here.
func (st *stream) Close() error {
	if !st.Shut() {
		return nil
	}
	// An error means that the session is gone, and then so is the stream.
	_ = st.y.Close()
	if st.ours {
		// Only now may the next stream be opened: the peer has to learn of the end
		// of this one first, or it would count one too many.
		st.sess.led.closed()
	}
	return nil
}
