package rpc

import (
	"io"
	"time"
)

// What is still under way when one direction of a passed connection, or the session, is
// over: the same for connections of raw bytes and for those that are framed.

// awaitTaken waits until what had arrived at the end of a session was taken, or the
// application's connection stands still.
func awaitTaken(taken <-chan struct{}) {
	timer := time.NewTimer(closeGrace)
	defer timer.Stop()
	select {
	case <-taken:
	case <-timer.C:
	}
}

// discard throws away what r has to say, up to a bound, and waits for taken then.
func (p *Peer) discard(r io.Reader, taken <-chan struct{}) (stuck bool) {
	if _, err := io.CopyN(io.Discard, r, discardBound); err != nil {
		return false
	}
	timer := time.NewTimer(kindTimeout)
	defer timer.Stop()
	select {
	case <-taken:
		return false
	case <-p.ctx.Done():
	case <-timer.C:
	}
	return true
}

// discardBound is more than can be under way to a connection. Who answers what is sent
// to it has read all of it before that much was thrown away; who only talks must not
// keep this side busy.
const discardBound = 16 << 20
