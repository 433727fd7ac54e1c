package rpc

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// flows are the flows of a session, of both sides. A flow of the peer comes in two
// parts, in either order: its stream, and the call or reply that announces it.
type flows struct {
	peer *Peer

	mu       sync.Mutex
	last     uint64                // the id given out last
	open     map[*flow]struct{}    // all of them
	incoming map[uint64]*unmatched // those of the peer of which one part is missing
	gone     gone                  // those whose stream came and went before they were announced
	refused  gone                  // those whose stream came when there was no room for it
	lost     gone                  // those that were announced and given up before their stream came
	mine     int                   // opened by this side
	closed   bool
	empty    chan struct{} // closed when a closed table has no more flows
	idling   chan struct{} // non-nil when somebody waits until there are none; closed then
}

// unmatched is a flow of the peer of which one part is missing.
type unmatched struct {
	flow    *flow
	claimed bool // the announcement is there, the stream is not
	timer   *time.Timer
	left    chan struct{} // closed when watch has returned
}

func newFlows(p *Peer) *flows {
	return &flows{peer: p, open: map[*flow]struct{}{}, incoming: map[uint64]*unmatched{}, empty: make(chan struct{})}
}

// start opens a flow, whose id is then passed to the peer.
func (t *flows) start(ctx context.Context, d direction) (*flow, error) {
	t.mu.Lock()
	limit := t.peer.remote.Streams
	switch {
	case t.closed:
		t.mu.Unlock()
		return nil, t.peer.leaving()
	case t.mine >= limit:
		n := t.mine + 1
		t.mu.Unlock()
		return nil, exceeded("Streams", n, limit, "streams")
	}
	t.last++
	f := &flow{peer: t.peer, id: t.last, opened: true, arrived: make(chan struct{})}
	f.use(d)
	t.mine++
	t.open[f] = struct{}{}
	t.mu.Unlock()

	stream, err := t.peer.session.Open(ctx)
	if err == nil {
		var begin [9]byte
		begin[0] = kindFlow
		binary.BigEndian.PutUint64(begin[1:], f.id)
		f.attach(stream)
		if _, err = stream.Write(begin[:]); err == nil {
			return f, nil
		}
	}
	switch {
	case ctx.Err() != nil:
		err = ctxError(ctx, "open a stream")
	case errors.Is(err, transport.ErrTooManyStreams):
		err = Errorf(ResourceExhausted, "open a stream: %w", err).WithDetail("limit", "Streams")
	default:
		err = f.why(err)
	}
	f.abort(err)
	return nil, err
}

// claim returns the peer's flow of that id, which a call or reply announced; its
// stream may arrive later.
func (t *flows) claim(id uint64, d direction) (*flow, error) {
	f, arrived, err := t.find(id, d)
	if arrived != nil {
		arrived.leave(f)
	}
	return f, err
}

func (t *flows) find(id uint64, d direction) (f *flow, arrived *unmatched, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	u := t.incoming[id]
	switch {
	case t.closed:
		return nil, nil, Errorf(Unavailable, "the session has ended")
	case u != nil && u.claimed, t.lost.has(id):
		return nil, nil, Errorf(InvalidArgument, "stream %d is announced twice", id)
	case u != nil:
		u.timer.Stop()
		delete(t.incoming, id)
		u.flow.use(d)
		return u.flow, u, nil // it may be aborted in this moment: then it says so itself
	case t.refused.has(id):
		delete(t.refused.ids, id)
		return nil, nil, t.peer.budget.exceeded(int(t.share()))
	case t.gone.has(id):
		delete(t.gone.ids, id)
		f = &flow{peer: t.peer, id: id, arrived: make(chan struct{})}
		f.use(d)
		f.attach(goneStream{})
		t.open[f] = struct{}{}
		return f, nil, nil
	case len(t.incoming) >= 2*t.peer.cfg.Limits.Streams:
		return nil, nil, exceeded("Streams", len(t.incoming)+1, 2*t.peer.cfg.Limits.Streams, "streams that were announced and not opened")
	}
	f = &flow{peer: t.peer, id: id, arrived: make(chan struct{})}
	f.use(d)
	t.open[f] = struct{}{}
	t.incoming[id] = &unmatched{flow: f, claimed: true}
	return f, nil, nil
}

// arrive takes a stream of the peer, whose kind was read.
func (t *flows) arrive(stream transport.Stream) {
	var id [8]byte
	if _, err := io.ReadFull(stream, id[:]); err != nil {
		stream.Close()
		return
	}
	stream.SetReadDeadline(time.Time{})
	f, unclaimed, err := t.match(binary.BigEndian.Uint64(id[:]))
	if err != nil {
		stream.Close()
		t.peer.fail(err)
		return
	}
	if f == nil {
		stream.Close()
		return
	}
	f.attach(stream)
	if unclaimed != nil {
		unclaimed.watch(f)
	}
}

// watch waits until the flow is claimed, and gives it up when its opener does: the
// call that was to announce it may never come. Where it comes all the same, it finds
// the stream [gone]. It reads nothing away.
func (u *unmatched) watch(f *flow) {
	defer close(u.left)
	if f.wait() != nil { // given up before its stream was there
		return
	}
	f.receive.Lock()
	defer f.receive.Unlock()
	if _, err := f.r.br.peek(1); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) && f.peer.flows.leaves(f) {
		f.abort(f.cutError(err))
	}
}

// leave makes watch return, so that the stream is the claimer's.
func (u *unmatched) leave(f *flow) {
	select {
	case <-f.arrived:
	default: // about to arrive
		<-f.arrived
	}
	if f.stream == nil {
		return
	}
	f.stream.SetReadDeadline(time.Unix(1, 0))
	<-u.left
	f.stream.SetReadDeadline(time.Time{})
}

// match returns the flow whose stream has arrived: the one that was claimed, or a
// new one that waits to be.
func (t *flows) match(id uint64) (*flow, *unmatched, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	u := t.incoming[id]
	switch {
	case t.closed:
		return nil, nil, nil
	case u != nil && !u.claimed, t.gone.has(id), t.refused.has(id):
		return nil, nil, &ProtocolError{Violation: "two streams of the same id"}
	}
	if t.lost.has(id) { // it has come after all, and nobody takes it
		delete(t.lost.ids, id)
		return nil, nil, nil
	}
	if u != nil {
		delete(t.incoming, id)
	}
	share := t.share()
	room := t.peer.budget.takeStream(share)
	switch {
	case u != nil && !room:
		t.peer.later(func() { u.flow.abort(t.peer.budget.exceeded(int(share))) })
		return nil, nil, nil
	case !room:
		t.refused.add(id, 2*t.peer.cfg.Limits.Streams)
		return nil, nil, nil
	case u != nil:
		u.flow.unread.Store(share)
		return u.flow, nil, nil
	}
	f := &flow{peer: t.peer, id: id, arrived: make(chan struct{})}
	f.unread.Store(share)
	t.open[f] = struct{}{}
	u = &unmatched{flow: f, left: make(chan struct{}), timer: time.AfterFunc(kindTimeout, func() {
		f.abort(Errorf(Unavailable, "the stream was opened and never announced"))
	})}
	t.incoming[id] = u
	return f, u, nil
}

// discard gives up a flow of the peer that a refused call announced.
func (t *flows) discard(id uint64) {
	if f, err := t.claim(id, 0); err == nil {
		f.abort(errFlowOver)
	}
}

// forget takes out a flow that is over.
func (t *flows) forget(f *flow) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, there := t.open[f]; !there {
		return
	}
	delete(t.open, f)
	f.begun()
	if u := t.incoming[f.id]; !f.opened && u != nil && u.flow == f {
		delete(t.incoming, f.id)
		if u.claimed { // its stream is still to come, and closed then, or was lost on its way
			t.lost.add(f.id, 2*t.peer.cfg.Limits.Streams)
		} else {
			u.timer.Stop()
		}
	}
	if f.opened {
		t.mine--
	}
	if len(t.open) > 0 {
		return
	}
	if t.closed {
		close(t.empty)
	}
	if t.idling != nil {
		close(t.idling)
		t.idling = nil
	}
}

// idle waits until there are no flows. The end of the session ends them all.
func (t *flows) idle(ctx context.Context) error {
	t.mu.Lock()
	if len(t.open) == 0 {
		t.mu.Unlock()
		return nil
	}
	if t.idling == nil {
		t.idling = make(chan struct{})
	}
	idling := t.idling
	t.mu.Unlock()
	select {
	case <-idling:
		return nil
	case <-ctx.Done():
		return ctxError(ctx, "wait for the end of the streams")
	}
}

// close breaks every flow because of err, and waits for their goroutines.
func (t *flows) close(err error) {
	t.mu.Lock()
	t.closed = true
	var all []*flow
	for f := range t.open {
		all = append(all, f)
	}
	if len(all) == 0 {
		close(t.empty)
	}
	t.mu.Unlock()
	for _, f := range all {
		f.abort(err)
	}
	<-t.empty
}

// count returns how many flows there are.
func (t *flows) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.open)
}
