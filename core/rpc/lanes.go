package rpc

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// kindTimeout is how long a stream may stay open before its opener says what it
// is for.
const kindTimeout = 30 * time.Second

// accept takes the streams that the peer opens, until the session ends.
func (p *Peer) accept() {
	defer p.joined.Done()
	for {
		stream, err := p.session.Accept(p.ctx)
		if err != nil {
			p.fail(err)
			return
		}
		p.joined.Add(1)
		go p.accepted(stream)
	}
}

// accepted serves one stream of the peer.
func (p *Peer) accepted(stream transport.Stream) {
	defer p.joined.Done()
	var kind [1]byte
	stream.SetReadDeadline(time.Now().Add(kindTimeout))
	if _, err := io.ReadFull(stream, kind[:]); err != nil {
		stream.Close()
		p.log.Debug("a stream of the peer ended before it said what it is for", "error", err)
		return
	}
	// A flow and a lane of calls live on without this goroutine.
	if kind[0] == kindFlow {
		p.flows.arrive(stream)
		return
	}
	stream.SetReadDeadline(time.Time{})
	switch kind[0] {
	case kindControl:
		if c := p.acceptControl(stream); c != nil {
			c.read()
		}
	case kindCalls:
		if s := p.acceptCalls(stream); s != nil {
			p.joined.Add(1)
			s.handOver()
			return
		}
	default:
		p.fail(&ProtocolError{Violation: fmt.Sprintf("a stream of the unknown kind %d", kind[0])})
	}
	stream.Close()
}

// acceptCalls makes stream the lane of the peer's calls. There is one.
func (p *Peer) acceptCalls(stream transport.Stream) *serving {
	s := newServing(p, stream)
	p.mu.Lock()
	twice := p.serving != nil
	ended := p.linkErr != nil
	if !twice && !ended {
		p.serving = s
	}
	p.mu.Unlock()
	if twice {
		p.fail(&ProtocolError{Violation: "a second lane of calls"})
	}
	if twice || ended {
		return nil
	}
	return s
}

func (p *Peer) acceptControl(stream transport.Stream) *control {
	c := newControl(p, stream, nil)
	p.mu.Lock()
	wrong := p.control != nil || p.cfg.Side == transport.Host
	ended := p.linkErr != nil
	var unreleased []byte
	if !wrong && !ended {
		p.control = c
		unreleased, p.unreleased = p.unreleased, nil
	}
	p.mu.Unlock()
	if wrong {
		p.fail(&ProtocolError{Violation: "a control lane where there is one already, or from the plugin"})
	}
	if wrong || ended {
		return nil
	}
	c.release(unreleased)
	return c
}

// openControl opens the control lane, at once: an end that reads it learns of
// the death of an idle peer.
func (p *Peer) openControl() error {
	stream, err := p.session.Open(p.ctx)
	if err != nil {
		return err
	}
	if _, err := stream.Write([]byte{kindControl}); err != nil {
		return err
	}
	p.control = newControl(p, stream, nil)
	p.joined.Add(1)
	go func() {
		defer p.joined.Done()
		p.control.read()
	}()
	return nil
}

// lane returns this side's lane of calls, opened when it is needed first.
func (p *Peer) lane(ctx context.Context) (*calls, error) {
	for {
		p.mu.Lock()
		switch leave, lane := p.leave, p.calls; {
		case leave != nil:
			p.mu.Unlock()
			return nil, leave
		case lane != nil:
			p.mu.Unlock()
			return lane, nil
		case p.linkErr != nil:
			p.mu.Unlock()
			if err := p.wait(ctx); err != nil {
				return nil, err
			}
			continue
		case p.opening == nil:
			opening := make(chan struct{})
			p.opening = opening
			p.mu.Unlock()
			err := p.openCalls(ctx)
			p.mu.Lock()
			p.opening = nil
			p.mu.Unlock()
			close(opening)
			if err != nil {
				return nil, err
			}
			continue
		}
		opening := p.opening
		p.mu.Unlock()
		select {
		case <-opening:
		case <-ctx.Done():
			return nil, ctxError(ctx, "open a lane of calls")
		}
	}
}

func (p *Peer) openCalls(ctx context.Context) error {
	stream, err := p.session.Open(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return ctxError(ctx, "open a lane of calls")
		}
		p.fail(err)
		return nil // the session's end says it better
	}
	c := newCalls(p, stream)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.linkErr != nil {
		stream.Close()
		return nil
	}
	p.calls = c
	p.joined.Add(1)
	go func() {
		defer p.joined.Done()
		defer stream.Close()
		c.read()
	}()
	return nil
}

// wait waits for the end of a session that has failed.
func (p *Peer) wait(ctx context.Context) error {
	select {
	case <-p.done:
		return nil
	case <-ctx.Done():
		return ctxError(ctx, "the session has failed")
	}
}
