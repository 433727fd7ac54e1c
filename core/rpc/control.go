package rpc

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// control is the lane that both sides always read: whoever reads it learns of
// the other's death also when no call is in flight.
type control struct {
	peer   *Peer
	stream transport.Stream
	w      writer
	r      *reader

	mu      sync.Mutex
	held    []byte // ids to release, that wait for room in w
	waiting bool   // somebody waits for that
	last    uint32
	pings   map[uint32]chan struct{}
	asked   bool          // for the shutdown of the peer
	drained chan struct{} // closed when the peer said so
	said    bool
}

func newControl(p *Peer, stream transport.Stream, begin []byte) *control {
	c := &control{peer: p, stream: stream, pings: map[uint32]chan struct{}{}, drained: make(chan struct{})}
	c.w = writer{stream: stream, fail: p.fail, begin: begin}
	c.r = newReader(stream, p.cfg.Limits, &p.budget)
	c.r.control = true
	return c
}

func (c *control) read() {
	defer c.stream.Close()
	defer c.r.close()
	for {
		msg, err := c.r.next()
		if err == nil {
			err = c.handle(msg)
			c.peer.release(&msg)
		}
		if err != nil {
			c.peer.fail(err)
			return
		}
	}
}

func (c *control) handle(msg message) error {
	switch msg.typ {
	case framePing:
		// Waits while the peer does not read: a flood of pings fills no memory.
		_, err := c.w.send(c.peer.ctx, header{typ: framePong, id: msg.id}, newMessage(), flushOther)
		return err
	case framePong:
		c.pong(msg.id)
	case frameShutdown:
		if len(msg.body) != 8 {
			return &ProtocolError{Violation: fmt.Sprintf("a SHUTDOWN of %d bytes, where 8 hold the time it may take", len(msg.body))}
		}
		c.peer.startShutdown(time.Duration(binary.BigEndian.Uint64(msg.body) & (1<<63 - 1)))
	case frameDrained:
		c.mu.Lock()
		if c.asked && !c.said {
			c.said = true
			close(c.drained)
		}
		c.mu.Unlock()
	case frameRelease:
		if len(msg.body)%8 != 0 {
			return &ProtocolError{Violation: fmt.Sprintf("a RELEASE of %d bytes, which is no list of objects", len(msg.body))}
		}
		for b := msg.body; len(b) > 0; b = b[8:] {
			c.peer.objects.release(binary.BigEndian.Uint64(b))
		}
	default:
		return &ProtocolError{Violation: msg.typ.String() + " on the control lane"}
	}
	return nil
}

func (c *control) pong(id uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if answered := c.pings[id]; answered != nil {
		delete(c.pings, id)
		close(answered)
	}
}

// Ping asks the peer's engine for a sign of life and returns how long it took.
// It does not pass through any handler: a peer that is busy still answers.
func (p *Peer) Ping(ctx context.Context) (time.Duration, error) {
	c, err := p.controlLane(ctx)
	if err != nil {
		return 0, err
	}
	answered := make(chan struct{})
	c.mu.Lock()
	c.last++
	id := c.last
	c.pings[id] = answered
	c.mu.Unlock()
	defer c.pong(id) // forget it, whatever happened
	began := time.Now()
	c.w.sendFrame(header{typ: framePing, id: id}, nil, false)
	select {
	case <-answered:
		return time.Since(began), nil
	case <-p.done:
		return 0, p.leaving()
	case <-ctx.Done():
		return 0, ctxError(ctx, "ping")
	}
}

// Shutdown asks the peer to end: this side makes no more calls, those in flight
// end, then the peer ends its own and runs its hook. It returns when the peer
// said that it is done, or is gone; an error means that ctx ended first. The
// session is still to be closed.
func (p *Peer) Shutdown(ctx context.Context) error {
	c, err := p.controlLane(ctx)
	if err != nil {
		return nil // gone already
	}
	p.mu.Lock()
	if p.leave == nil {
		p.leave = Errorf(Unavailable, "the %v is being stopped", p.cfg.Side.Peer())
	}
	lane := p.calls
	p.mu.Unlock()
	if lane != nil {
		if err := lane.drain(ctx); err != nil {
			return err
		}
	}
	left := time.Duration(1<<63 - 1)
	if t, ok := ctx.Deadline(); ok {
		left = remaining(t)
	}
	c.mu.Lock()
	c.asked = true
	c.mu.Unlock()
	c.w.sendFrame(header{typ: frameShutdown}, binary.BigEndian.AppendUint64(nil, uint64(left)), false)
	select {
	case <-c.drained:
		return nil
	case <-p.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("rpc: the %v does not end its work: %w", p.cfg.Side.Peer(), ctx.Err())
	}
}

// startShutdown does what a peer asked for, once.
func (p *Peer) startShutdown(grace time.Duration) {
	p.mu.Lock()
	first := !p.shutdown
	p.shutdown = true
	p.mu.Unlock()
	if first {
		p.later(func() { p.drain(grace) })
	}
}

// drain waits for the calls that run here, runs the hook, and says so, also when the
// hook panics. The calls and the hook share the grace.
func (p *Peer) drain(grace time.Duration) {
	defer p.sayDrained()
	ctx, cancel := context.WithTimeout(p.ctx, grace)
	defer cancel()
	if err := p.active.drain(ctx); err != nil {
		p.log.Warn("calls still run although the time for a shutdown is over", "error", err)
	}
	if p.cfg.OnShutdown != nil {
		p.cfg.OnShutdown(ctx)
	}
}

func (p *Peer) sayDrained() {
	p.mu.Lock()
	c := p.control
	p.mu.Unlock()
	c.w.sendFrame(header{typ: frameDrained}, nil, false)
}

// ShutdownRequested reports whether the peer has asked for a shutdown: then the
// end of the session that follows is an orderly one.
func (p *Peer) ShutdownRequested() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.shutdown
}

// releaseObject tells the peer that this side no longer uses one of its objects.
// In a plugin's first moment there is no lane to say so: then it is said later.
func (p *Peer) releaseObject(id uint64) {
	p.mu.Lock()
	c := p.control
	switch {
	case c != nil || p.linkErr != nil:
	case len(p.unreleased)/8 < p.cfg.Limits.Objects:
		p.unreleased = binary.BigEndian.AppendUint64(p.unreleased, id)
	default:
		defer p.fail(&ProtocolError{Violation: fmt.Sprintf("%d objects passed and no control lane opened", p.cfg.Limits.Objects)})
	}
	p.mu.Unlock()
	if c != nil {
		c.release(binary.BigEndian.AppendUint64(nil, id))
	}
}

// release sends the ids of objects, and does not wait. What the peer does not read
// soon is held back.
func (c *control) release(ids []byte) {
	c.mu.Lock()
	c.held = append(c.held, ids...)
	most, wait := c.peer.mostReleased(), false
	switch {
	case len(c.held)/8 > most:
		c.held = nil
		defer c.peer.fail(&ProtocolError{Violation: fmt.Sprintf("the control lane is not read: %d objects are to be released", most)})
	case c.waiting:
	case c.w.hasRoom():
		for ids := range slices.Chunk(c.held, maxFrame) {
			c.w.sendFrame(header{typ: frameRelease}, ids, false)
		}
		c.held = c.held[:0]
	default:
		c.waiting, wait = true, true
	}
	c.mu.Unlock()
	if wait {
		c.peer.later(c.releaseHeld)
	}
}

// releaseHeld sends what release held back.
func (c *control) releaseHeld() {
	for {
		c.mu.Lock()
		ids := c.held
		c.held, c.waiting = nil, len(ids) > 0
		c.mu.Unlock()
		if len(ids) == 0 {
			return
		}
		for ids := range slices.Chunk(ids, maxFrame) {
			m := newMessageFor(len(ids))
			m.b = append(m.b, ids...)
			if _, err := c.w.send(c.peer.ctx, header{typ: frameRelease}, m, flushOther); err != nil {
				return // the session ends
			}
		}
	}
}

// mostReleased is how many objects of the peer this side may have to release at a
// time: as many as it can hold, within reason.
func (p *Peer) mostReleased() int {
	const reason = 1 << 20
	return max(p.cfg.Limits.Objects, min(p.remote.Objects, reason))
}

// controlLane returns the control lane. On a plugin's side there is none in the
// first moment.
func (p *Peer) controlLane(context.Context) (*control, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.err != nil:
		return nil, p.leave
	case p.control == nil:
		return nil, Errorf(Unavailable, "the %v has not opened its control lane yet", p.cfg.Side.Peer())
	}
	return p.control, nil
}
