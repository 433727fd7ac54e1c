package rpc

import (
	"context"
	"errors"
	"os"
	"time"
)

// Somebody reads a lane of calls whenever a reply is to come. That is a caller
// where one can: it reads its own reply, and those of others until then, and is
// not woken by anybody. When it leaves and more replies are to come, the lane's
// goroutine goes on until there are none. Nobody reads a lane without calls: the
// end of an idle peer is seen by the control lane.
//
// A caller takes the reading only after its call was sent or queued, so that what
// it waits for does not wait for it.

// readFor reads replies in the goroutine of the caller of p, if nobody else does,
// and reports whether it came to p's own. Otherwise p waits like others: for its
// completion, or the end of its context. A caller that has read for a moment and
// waits still is asked to leave the reading to the lane's goroutine: so it learns
// of the end of its context, which a read does not wait for. One whose context ends
// sooner than that leaves it at once.
func (c *calls) readFor(ctx context.Context, id uint32, p *pending) (mine bool) {
	soon := endsSoon(ctx)
	c.mu.Lock()
	if c.reading || c.err != nil || c.pending[id] != p {
		c.mu.Unlock()
		return false
	}
	c.reading = true
	if soon {
		c.handed <- struct{}{} // has room: whoever has the reading sends at most once
		c.mu.Unlock()
		return false
	}
	var turn uint64 // 0: nothing but the reply, or the end of the session, ends the waiting
	if ctx.Done() != nil {
		if c.impatient == nil {
			c.impatient = newWatchdog(c.interrupt)
		}
		turn = c.impatient.begin()
	}
	c.mu.Unlock()
	defer c.leave(turn)
	for {
		done, err := c.next()
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return false
		case err != nil:
			c.peer.fail(err)
			return false
		case done == p:
			return true
		case done != nil:
			done.done <- struct{}{}
		}
	}
}

// endsSoon reports whether ctx has a deadline that may come before a watchdog notices
// that something lasts.
func endsSoon(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ok && time.Until(deadline) < 3*watchdogSlowest
}

// read is the lane's goroutine: it reads while no caller does and replies are to
// come, until the stream or the session ends.
func (c *calls) read() {
	for range c.handed {
		for resting := false; !resting; resting = c.rest() {
			done, err := c.next()
			if err != nil {
				c.peer.fail(err)
				return // and nobody else reads any more
			}
			if done != nil {
				done.done <- struct{}{}
			}
		}
	}
}

// next reads one reply and returns the call that it completes: nil for a reply
// that nobody waits for, since its call was given up, or never made. What that passes
// is given back.
func (c *calls) next() (*pending, error) {
	msg, err := c.r.next()
	if err != nil {
		return nil, err
	}
	if msg.typ != frameReply {
		c.peer.release(&msg)
		return nil, &ProtocolError{Violation: msg.typ.String() + " as an answer to a call"}
	}
	c.mu.Lock()
	if c.owed > 0 { // a peer that answers twice does not end the reading early
		c.owed--
	}
	p := c.pending[msg.id]
	if p == nil {
		_, dispense := c.dispenses[msg.id]
		delete(c.dispenses, msg.id)
		c.mu.Unlock()
		c.peer.disown(msg, dispense)
		return nil, nil
	}
	defer c.mu.Unlock()
	delete(c.pending, msg.id)
	c.ended()
	// The peer reads in order: it has read everything up to this call.
	c.heard = max(c.heard, p.sent)
	p.reply = msg
	return p, nil
}

// leave gives the reading of a caller up: to the lane's goroutine if there is
// something to read.
func (c *calls) leave(turn uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if turn != 0 {
		c.impatient.end(turn)
	}
	if c.kicked {
		c.kicked = false
		c.stream.SetReadDeadline(time.Time{})
	}
	switch {
	case c.err != nil: // the session has ended
	case c.waits():
		c.handed <- struct{}{} // has room: whoever has the reading sends at most once
	default:
		c.reading = false
	}
}

// interrupt asks the caller who reads in that turn to leave.
func (c *calls) interrupt(turn uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.impatient.lasts(turn) {
		c.kicked = true
		c.stream.SetReadDeadline(time.Unix(1, 0))
	}
}

// rest gives the reading of the lane's goroutine up, unless there is something to
// read.
func (c *calls) rest() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waits() {
		return false
	}
	c.reading = false
	return true
}

// waits reports whether replies are to come. Called with c.mu held.
func (c *calls) waits() bool { return c.owed > 0 || len(c.pending) > 0 }
