package smuxtransport

import (
	"errors"
	"io"
	"net"

	"github.com/xtaci/smux"

	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/muxlink"
)

// maxFrame is the largest frame that is sent, and that the protocol knows. A frame
// cannot be interrupted, so it is what those of other streams wait for.
const maxFrame = 65535

// stream implements [transport.Stream].
type stream struct {
	sess *session
	x    *smux.Stream
	e    *entry
	ours bool

	*muxlink.Reader
	*muxlink.Writer
}

var _ transport.Stream = (*stream)(nil)

func newStream(s *session, x *smux.Stream, ours bool) *stream {
	st := &stream{sess: s, x: x, e: s.led.entry(x.ID()), ours: ours}
	st.Reader = muxlink.NewReader(st.e.in, s.Ending, st.read)
	st.Writer = muxlink.NewWriter(s.conn.out, st.Reader, muxlink.Sending{
		Room: func() (int, error) {
			room, err := s.led.sendable(st.e)
			return min(room, maxData), err
		},
		Kick:  st.e.kick,
		Put:   func(p []byte) error { return s.conn.data(st.e, p) },
		Error: st.writeError,
	})
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

// writeError translates an error of sending while the stream is open.
func (st *stream) writeError(err error) error {
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
