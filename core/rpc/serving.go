package rpc

import (
	"fmt"
	"sync"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// serving is a lane of calls from the peer. Calls are read in order, run
// concurrently, and answered in any order. Who reads them, and where their handlers
// run, is in dispatch.go.
type serving struct {
	peer   *Peer
	stream transport.Stream
	w      writer
	r      *reader // this and dispatch belong to who has the reading
	dispatch
	lookout

	mu        sync.Mutex
	inFlight  map[uint32]*Incoming
	demotions demotions
}

func newServing(p *Peer, stream transport.Stream) *serving {
	s := &serving{peer: p, stream: stream, inFlight: map[uint32]*Incoming{}, demotions: demotions{}}
	s.w = writer{stream: stream, fail: p.fail, budget: &p.budget}
	s.r = newReader(stream, p.cfg.Limits, &p.budget)
	return s
}

// handle does what a message asks for, and returns the call that is to be served,
// if it is one.
func (s *serving) handle(msg message) (*Incoming, error) {
	switch msg.typ {
	case frameCall:
		return s.call(msg)
	case frameCancel:
		s.peer.release(&msg)
		s.mu.Lock()
		in := s.inFlight[msg.id]
		s.mu.Unlock()
		if in != nil {
			in.cancel()
		}
		return nil, nil
	}
	s.peer.release(&msg)
	return nil, &ProtocolError{Violation: msg.typ.String() + " on a lane of calls"}
}

// call admits one call, or refuses it. An error ends the session.
func (s *serving) call(msg message) (*Incoming, error) {
	if msg.over != nil {
		s.refuse(msg, msg.over)
		return nil, nil
	}
	// Calls that have ended and cannot send their reply, since the peer does not
	// read, are no longer in flight, but still cost a goroutine and the reply.
	calls := int64(s.peer.cfg.Limits.Calls)
	s.peer.active.below(s.peer.ctx, calls+calls/4+parked)
	s.w.below(s.peer.ctx, s.mayHold)
	body, err := parseCallBody(msg.body, msg.flags, s.peer.cfg.Limits.Metadata)
	if err != nil {
		s.peer.release(&msg)
		return nil, err
	}
	object, method, refusal := s.find(body, msg.method)
	if refusal != nil {
		discarded := taking{table: body.references}
		discarded.discard(s.peer)
		s.refuse(msg, refusal)
		return nil, nil
	}
	in := &Incoming{
		callContext: callContext{parent: s.peer.ctx, metadata: body.metadata},
		lane:        s, id: msg.id, object: object, method: method, size: &object.service.sizes[msg.method],
		args: taking{table: body.references},
		m:    msg.m, payload: body.payload, reserved: msg.reserved, received: len(body.payload),
	}
	if body.deadline > 0 {
		in.deadline = time.Now().Add(body.deadline)
	}
	switch refusal, err := s.admit(in); {
	case err != nil:
		s.peer.objects.put(object)
		s.peer.release(&msg)
		return nil, err
	case refusal != nil:
		s.peer.objects.put(object)
		in.args.discard(s.peer)
		s.refuse(msg, refusal)
		return nil, nil
	}
	return in, nil
}

// mayHold is how many bytes of replies may wait for a peer that does not read them before
// no more calls are taken: half of what this side has room for beside what has arrived
// and is not yet decoded. A part of that is always allowed, since what has arrived may
// wait for more to arrive.
func (s *serving) mayHold() int64 {
	b := &s.peer.budget
	return max((b.limit-b.used.Load()-b.streams.Load())/2, b.limit/8)
}

// find returns what is called, with a use of the object that the caller gives
// back, or why that is not possible.
func (s *serving) find(body callBody, method uint16) (*exported, *MethodDefinition, *Error) {
	limits := s.peer.cfg.Limits
	if n := body.mdSize; n > limits.Metadata {
		return nil, nil, exceeded("Metadata", n, limits.Metadata, "bytes of metadata")
	}
	if n := len(body.references); n > limits.References {
		return nil, nil, exceeded("References", n, limits.References, "references in one call")
	}
	if body.over != nil {
		return nil, nil, body.over
	}
	object := s.peer.objects.use(body.object)
	if object == nil {
		return nil, nil, Errorf(NotFound, "object %d: %w", body.object, ErrReleased)
	}
	if int(method) >= len(object.service.def.Methods) {
		defer s.peer.objects.put(object)
		return nil, nil, Errorf(Unimplemented, "%s has no method %d", object.name, method)
	}
	return object, &object.service.def.Methods[method], nil
}

// admit counts a call as in flight, unless a limit or a shutdown forbids it. An
// error breaks the protocol.
func (s *serving) admit(in *Incoming) (*Error, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, used := s.inFlight[in.id]; used {
		return nil, &ProtocolError{Violation: fmt.Sprintf("a second CALL %d while the first is in flight", in.id)}
	}
	if n, limit := len(s.inFlight), s.peer.cfg.Limits.Calls; n >= limit {
		return exceeded("Calls", n+1, limit, "calls in flight"), nil
	}
	if !s.peer.active.enter() {
		return s.peer.leaving(), nil
	}
	s.inFlight[in.id] = in
	in.quick = in.method.Quick && s.demotions.quick(in.method)
	return nil, nil
}

// leave is the end of what admit began.
func (s *serving) leave(in *Incoming) {
	s.mu.Lock()
	delete(s.inFlight, in.id)
	s.mu.Unlock()
	s.peer.active.leave()
	s.peer.objects.put(in.object)
}

// answer sends the reply of a call that was served.
func (s *serving) answer(in *Incoming, err error) {
	in.finished()
	h := header{typ: frameReply, id: in.id}
	m := in.reply
	if err != nil {
		m.free()
		m = newMessage()
		m.b = appendError(m.b, err, in.object.errors)
		h.flags = flagError
	} else if m == nil {
		m = newMessage()
	} else if in.results != nil {
		h.flags = flagReferences
		in.results.keepHomes()
	}
	// The call leaves before its reply does: the peer may use the id again as soon
	// as it has the reply. Meanwhile a shutdown must not overtake it.
	s.mu.Lock()
	delete(s.inFlight, in.id)
	busy := len(s.inFlight) > 0
	s.mu.Unlock()
	how := flushSelf
	switch {
	case in.quick: // who runs it sees to that
		how = flushLater
	case busy:
		how = flushYield
	}
	s.w.send(s.peer.ctx, h, m, how)
	s.peer.active.leave()
	s.peer.objects.put(in.object)
}

// refuse answers a call that does not run. While the peer does not read its
// replies, this waits, and with it the reading of further calls.
func (s *serving) refuse(msg message, err *Error) {
	s.peer.release(&msg)
	m := newMessage()
	m.b = appendError(m.b, err, s.peer.cfg.Errors)
	s.w.send(s.peer.ctx, header{typ: frameReply, flags: flagError | flagRefused, id: msg.id}, m, flushOther)
}

// active returns how many calls run.
func (s *serving) active() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.inFlight)
}
