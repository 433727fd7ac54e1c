package rpc

import (
	"context"
	"errors"
	"io"
	"net"
)

// joinConn joins a connection of the application to the flow, which frames its bytes for a
// peer that knows half-close. For others see passedConn.
// Each direction ends by itself, and local is closed when both have ended, when the
// other side has closed its end, or with the session.
func (f *flow) joinConn(local net.Conn) {
	registered := f.peer.cfg.Errors
	taken := make(chan struct{})
	stop := context.AfterFunc(f.peer.ctx, func() {
		awaitTaken(taken)
		f.peer.closing(local)
	})
	f.own(local, f.sending("a connection", registered, func() {
		if f.sendOrDiscard(untilClosed{local}, registered, taken) {
			f.peer.closing(local)
		}
	}), func() {
		defer stop()
		defer f.watch()
		defer close(taken)
		new(sinking).fill(f, local, func() error { return f.endLocal(local, registered) }, registered)
	})
}

// sendOrDiscard is sendBytes for what is read from and written to by one who may do one
// after the other: what nobody takes any more is thrown away, so that what was sent to
// it before is read. taken is closed when it was. It reports whether local says more
// than is thrown away, and what was sent to it is still not taken.
func (f *flow) sendOrDiscard(local io.Reader, registered Errors, taken <-chan struct{}) (stuck bool) {
	return f.sendBytes(local, registered) != nil && f.peer.discard(local, taken)
}

// endLocal tells local that nothing more comes. One that has no half-close is closed,
// and the other side, which may wait for an answer, learns why there is none.
func (f *flow) endLocal(local net.Conn, registered Errors) error {
	if half, ok := local.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	f.end(Errorf(FailedPrecondition, "the connection that was passed, a %T, has no CloseWrite, and was closed in both directions: pass one that has, such as a *net.UnixConn or *net.TCPConn", local), registered)
	return local.Close()
}

// untilClosed is a connection whose closing by the application is its end.
type untilClosed struct{ net.Conn }

// Read implements [io.Reader].
func (c untilClosed) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if errors.Is(err, net.ErrClosed) || errors.Is(err, io.ErrClosedPipe) {
		err = io.EOF
	}
	return n, err
}
