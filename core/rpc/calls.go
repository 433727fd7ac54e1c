package rpc

import (
	"context"
	"fmt"
	"sync"

	"github.com/tenon-dev/tenon/core/transport"
)

// calls is this side's lane of calls to the peer: any number in flight, answered
// in any order. Who reads the answers is in replies.go.
type calls struct {
	peer   *Peer
	stream transport.Stream
	w      writer
	r      *reader       // belongs to who has the reading
	handed chan struct{} // gives the reading to the lane's goroutine; closed at the end

	mu        sync.Mutex
	pending   map[uint32]*pending
	last      uint32    // the id given out last
	sent      int64     // what was written for all calls so far
	heard     int64     // how much of that the peer has certainly read
	owed      int       // replies that the peer will send, those to calls that were given up included
	kicked    bool      // the caller who reads was asked to leave
	impatient *watchdog // of that caller; made for the first one
	reading   bool      // somebody has the reading
	spare     []*pending
	dispenses map[uint32]struct{} // those that were given up and have no reply yet
	err       error               // final: no more calls
	idle      chan struct{}       // closed when the last call of a lane that drains has ended
}

// pending is a call that waits for its reply. It is used again by later calls;
// its channel is empty whenever nobody waits.
type pending struct {
	done  chan struct{} // gets one value when reply and err are set
	reply message
	err   error
	sent  int64 // calls.sent just after this call

	service, method string // what was called
	dispense        bool   // it is a Dispense, of the root
}

const (
	// sureBytes is how much may be on its way to the peer while a caller writes for
	// itself: less than the smallest buffer that any link has, so that the write
	// cannot wait for a peer that does not read.
	sureBytes = 48 << 10

	// writeCost is what one write takes of a socket's buffer beside its bytes.
	writeCost = 512

	sparePending = 256
)

func newCalls(p *Peer, stream transport.Stream) *calls {
	c := &calls{peer: p, stream: stream, pending: map[uint32]*pending{}, handed: make(chan struct{}, 1)}
	c.w = writer{stream: stream, fail: p.fail, begin: []byte{kindCalls}}
	c.r = newReader(stream, p.cfg.Limits, &p.budget)
	return c
}

// do sends one call, whose body m holds, and waits for its reply or the end of
// ctx, whatever the peer does. The caller frees the reply.
func (c *calls) do(ctx context.Context, h header, m *buffer, service, method string, dispense bool) (message, error) {
	if ctx.Err() != nil {
		m.free()
		return message{}, ctxError(ctx, called(service, method))
	}
	size := int64(len(m.body()))
	p, id, how, err := c.start(size, service, method)
	if err != nil {
		m.free()
		return message{}, err
	}
	h.id, p.dispense = id, dispense
	out, err := c.w.send(ctx, h, m, how)
	if err != nil && ctx.Err() != nil && c.forget(id, p, true) {
		return message{}, ctxError(ctx, called(service, method))
	}
	// Another error is the stream's, and then the end of the session completes
	// the call, with the reason.
	if !c.readFor(ctx, id, p) && !p.wait(ctx) {
		unsent := out != nil && c.w.abort(out)
		if c.forget(id, p, unsent) {
			c.w.sendFrame(header{typ: frameCancel, id: id}, nil, false)
			return message{}, ctxError(ctx, called(service, method))
		}
		<-p.done // it was being completed
	}
	reply, err := p.reply, p.err
	c.recycle(p)
	return reply, err
}

// wait waits for the completion, and reports whether that came before the end of ctx.
func (p *pending) wait(ctx context.Context) (completed bool) {
	over := ctx.Done()
	if over == nil { // costs a third of a select
		<-p.done
		return true
	}
	select {
	case <-p.done:
		return true
	case <-over:
		return false
	}
}

// start registers a call of so many bytes, and says how it is to be written.
func (c *calls) start(size int64, service, method string) (p *pending, id uint32, how flushing, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return nil, 0, 0, c.err
	}
	if n := len(c.pending); n >= c.peer.remote.Calls {
		return nil, 0, 0, exceeded("Calls", n+1, c.peer.remote.Calls, "calls in flight")
	}
	if n := len(c.spare); n > 0 {
		p, c.spare = c.spare[n-1], c.spare[:n-1]
	} else {
		p = &pending{done: make(chan struct{}, 1)}
	}
	busy := len(c.pending) > 0
	for {
		if c.last++; c.last == 0 {
			continue
		}
		if _, used := c.pending[c.last]; !used {
			break
		}
	}
	c.pending[c.last] = p
	c.owed++
	p.service, p.method = service, method
	c.sent += size + writeCost
	p.sent = c.sent
	switch {
	case c.sent-c.heard > sureBytes: // the write might wait for the peer
		how = flushOther
	case busy:
		how = flushYield
	}
	return p, c.last, how, nil
}

// forget gives a call up, and reports whether that came before its completion.
// unsent says that the peer never sees it.
func (c *calls) forget(id uint32, p *pending, unsent bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pending[id] != p {
		return false
	}
	delete(c.pending, id)
	switch {
	case unsent:
		c.owed--
	case p.dispense:
		if c.dispenses == nil {
			c.dispenses = map[uint32]struct{}{}
		}
		c.dispenses[id] = struct{}{}
	}
	c.ended()
	c.keep(p)
	return true
}

func (c *calls) recycle(p *pending) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keep(p)
}

func (c *calls) keep(p *pending) {
	if len(c.spare) < sparePending {
		p.reply, p.err = message{}, nil
		c.spare = append(c.spare, p)
	}
}

// ended notices the end of a call. Called with c.mu held.
func (c *calls) ended() {
	if c.idle != nil && len(c.pending) == 0 {
		close(c.idle)
		c.idle = nil
	}
}

// drain waits until no call is in flight, or the session has ended.
func (c *calls) drain(ctx context.Context) error {
	c.mu.Lock()
	if len(c.pending) == 0 {
		c.mu.Unlock()
		return nil
	}
	if c.idle == nil {
		c.idle = make(chan struct{})
	}
	idle := c.idle
	c.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-c.peer.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("rpc: calls are still in flight: %w", ctx.Err())
	}
}

// inFlight returns how many calls wait for their reply.
func (c *calls) inFlight() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.pending)
}

// waiting counts the calls that wait for their reply, by what was called.
func (c *calls) waiting() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	counts := make(map[string]int)
	for _, p := range c.pending {
		counts[called(p.service, p.method)]++
	}
	return counts
}

// end completes every call with err, and refuses further ones with it.
func (c *calls) end(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = err
	close(c.handed)
	for id, p := range c.pending {
		delete(c.pending, id)
		p.err = err
		p.done <- struct{}{}
	}
}
