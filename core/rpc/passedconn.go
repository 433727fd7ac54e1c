package rpc

import (
	"context"
	"io"
	"net"
)

// A passedConn is a connection of the application that was passed to a peer that knows no
// half-close: its bytes are copied to the stream and from there. For others see joinConn.
//
// Where one of the two is read to its end the other one is closed, and so both are: a
// stream of raw bytes has no half-close. Where one takes no more it may still have
// something to say. A server that answers and closes while the client still sends is
// such a case, and its answer must arrive.
type passedConn struct {
	peer   *Peer
	local  net.Conn // the application's
	remote *conn
}

// start copies until both directions are over.
func (c *passedConn) start() {
	in := make(chan struct{})
	stop := context.AfterFunc(c.peer.ctx, func() { c.sessionEnds(in) })
	c.peer.later(func() {
		defer close(in)
		c.copy(c.local, c.remote, func() { io.Copy(io.Discard, c.remote) })
	})
	c.peer.later(func() {
		c.copy(c.remote, c.local, func() {
			if c.peer.discard(c.local, in) {
				c.close()
			}
		})
		<-in
		stop()
		c.close()
	})
}

// sessionEnds closes both when the session ends. in is closed when nothing is copied to
// the application's connection.
func (c *passedConn) sessionEnds(in <-chan struct{}) {
	awaitTaken(in)
	c.close()
}

// copy copies what from has to say. Where nobody takes that any more it calls discard,
// so that its sender does not stand still. What panics is over in both directions.
func (c *passedConn) copy(to, from net.Conn, discard func()) {
	over := true
	defer func() {
		if over {
			c.close()
		}
	}()
	c.peer.guarded("a connection", func() {
		checked := &checkedWriter{w: to}
		io.Copy(checked, from)
		if checked.err != nil {
			discard()
			over = false
		}
	}, func(*Error) {})
}

func (c *passedConn) close() {
	c.peer.closing(c.local)
	c.remote.Close()
}
