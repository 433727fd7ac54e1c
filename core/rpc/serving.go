package rpc

import (
	"fmt"
	"sync"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// serving is a lane of calls from the peer. Calls are read in order, run
// concurrently, and answered in any order.
type serving struct {
	peer   *Peer
	stream transport.Stream
	w      writer
	r      *reader

	mu       sync.Mutex
	inFlight map[uint32]*Incoming
}

func newServing(p *Peer, stream transport.Stream) *serving {
	s := &serving{peer: p, stream: stream, inFlight: map[uint32]*Incoming{}}
	s.w = writer{stream: stream, fail: p.fail}
	s.r = newReader(stream, p.cfg.Limits, &p.budget)
	return s
}

// read starts calls until the stream ends.
func (s *serving) read() {
	defer s.r.close()
	for {
		msg, err := s.r.next()
		if err == nil {
			err = s.handle(msg)
		}
		if err != nil {
			s.peer.fail(err)
			return
		}
	}
}

func (s *serving) handle(msg message) error {
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
		return nil
	}
	s.peer.release(&msg)
	return &ProtocolError{Violation: msg.typ.String() + " on a lane of calls"}
}

// call starts one call, or refuses it. An error ends the session.
func (s *serving) call(msg message) error {
	if msg.over != nil {
		return s.refuse(msg, msg.over)
	}
	// Calls that have ended and cannot send their reply, since the peer does not
	// read, are no longer in flight, but still cost a goroutine and the reply.
	s.peer.active.below(s.peer.ctx, 2*int64(s.peer.cfg.Limits.Calls)+parked)
	body, err := parseCallBody(msg.body, msg.flags)
	if err != nil {
		s.peer.release(&msg)
		return err
	}
	object, method, refusal := s.find(body, msg.method)
	if refusal != nil {
		discarded := taking{table: body.references}
		discarded.discard(s.peer)
		return s.refuse(msg, refusal)
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
		return err
	case refusal != nil:
		s.peer.objects.put(object)
		in.args.discard(s.peer)
		return s.refuse(msg, refusal)
	}
	if !s.peer.workers.do(in) { // the session ends
		s.leave(in)
		s.peer.release(&msg)
	}
	return nil
}

// find returns what is called, with a use of the object that the caller gives
// back, or why that is not possible.
func (s *serving) find(body callBody, method uint16) (*exported, *MethodDefinition, *Error) {
	limits := s.peer.cfg.Limits
	if n := body.metadata.size(); n > limits.Metadata {
		return nil, nil, exceeded("Metadata", n, limits.Metadata, "bytes of metadata", "this side")
	}
	if n := len(body.references); n > limits.References {
		return nil, nil, exceeded("References", n, limits.References, "references in one call", "this side")
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
		return exceeded("Calls", n+1, limit, "calls in flight", "this side"), nil
	}
	if !s.peer.active.enter() {
		return s.peer.leaving(), nil
	}
	s.inFlight[in.id] = in
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
	}
	// The call leaves before its reply does: the peer may use the id again as soon
	// as it has the reply. Meanwhile a shutdown must not overtake it.
	s.mu.Lock()
	delete(s.inFlight, in.id)
	busy := len(s.inFlight) > 0
	s.mu.Unlock()
	s.w.send(s.peer.ctx, h, m, true, busy)
	s.peer.active.leave()
	s.peer.objects.put(in.object)
}

// refuse answers a call that does not run. While the peer does not read its
// replies, this waits, and with it the reading of further calls.
func (s *serving) refuse(msg message, err *Error) error {
	s.peer.release(&msg)
	m := newMessage()
	m.b = appendError(m.b, err, s.peer.cfg.Errors)
	s.w.send(s.peer.ctx, header{typ: frameReply, flags: flagError | flagRefused, id: msg.id}, m, false, false)
	return nil
}

// active returns how many calls run.
func (s *serving) active() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.inFlight)
}
