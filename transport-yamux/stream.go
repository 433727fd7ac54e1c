package yamuxtransport

import (
	"errors"
	"net"

	"github.com/hashicorp/yamux"

	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/muxlink"
)

// chunk is the largest frame that is sent while other streams send too: a frame cannot be
// interrupted, so it is what their frames wait for. chunkAlone is the largest one of a
// stream that is alone.
const chunk, chunkAlone = 72 << 10, 512 << 10

// stream implements [transport.Stream].
type stream struct {
	sess *session
	y    *yamux.Stream
	e    *entry
	ours bool

	*muxlink.Reader
	*muxlink.Writer
}

var _ transport.Stream = (*stream)(nil)

func newStream(s *session, y *yamux.Stream, ours bool) *stream {
	st := &stream{sess: s, y: y, e: s.led.entry(y.StreamID()), ours: ours}
	st.Reader = muxlink.NewReader(st.e.in, s.Ending, st.read)
	st.Writer = muxlink.NewWriter(s.conn.out, st.Reader, muxlink.Sending{
		Room:  func() (int, error) { return s.led.sendable(st.e) },
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
	if more := st.e.ahead.read(n, st.sess.window, func() bool { return st.sess.led.grow(st.e) }); more > 0 {
		_ = st.sess.conn.grant(st.e, more)
	}
}

// writeError translates an error of sending while the stream is open.
func (st *stream) writeError(err error) error {
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
