package rpc

import (
	"context"
	"io"
	"net"

	"github.com/tenon-dev/tenon/core/codec"
)

// taking is what one call or reply got from the other side beside its payload.
type taking struct {
	table   []reference
	taken   []bool
	given   []string // of a reply: what the callee says that it gives, by place
	refused bool     // the callee did not run: it uses nothing of what was passed
}

// at returns the reference at place i, which must be of one of those kinds. Each
// is taken once. What is refused is not taken, so that it is given up in the end.
func (t *taking) at(i int, what string, kinds ...byte) (reference, error) {
	if i >= len(t.table) {
		return reference{}, Errorf(InvalidArgument, "the peer passes %d live values, where the method has %s at place %d: %s", len(t.table), article(what), i, versions)
	}
	if t.taken == nil {
		t.taken = make([]bool, len(t.table))
	}
	if t.taken[i] {
		return reference{}, Errorf(Internal, "the live value at place %d is taken twice", i)
	}
	r := t.table[i]
	if r.kind == refNil {
		t.taken[i] = true
		return r, nil
	}
	if is, want := placeAt(t.given, i), placeOf(what); is != "" && want != "" && !placeFits(is, want) {
		return reference{}, Errorf(InvalidArgument, "the peer gives %s at place %d, where the method has %s: %s", article(is), i, article(what), versions)
	}
	for _, k := range kinds {
		if r.kind == k {
			t.taken[i] = true
			return r, nil
		}
	}
	return reference{}, Errorf(InvalidArgument, "the peer passes %s at place %d, where the method has %s: %s", r.kindName(), i, article(what), versions)
}

// flow claims the flow at place i; nil for a nil value.
func (t *taking) flow(p *Peer, i int, what string, d direction) (*flow, error) {
	r, err := t.at(i, what, refFlow)
	if err != nil || r.kind == refNil {
		return nil, err
	}
	return p.flows.claim(r.id, d)
}

func (t *taking) reader(p *Peer, i int) (io.ReadCloser, error) {
	f, err := t.flow(p, i, "reader", receives)
	if f == nil {
		return nil, err
	}
	return &byteReader{f: f}, nil
}

func (t *taking) writer(p *Peer, i int) (io.WriteCloser, error) {
	f, err := t.flow(p, i, "writer", sends|answered)
	if f == nil {
		return nil, err
	}
	return &byteWriter{f: f, registered: p.cfg.Errors}, nil
}

// takeConn returns the connection at place i, for a call whose context is ctx.
func (t *taking) takeConn(ctx context.Context, p *Peer, i int) (net.Conn, error) {
	kinds := []byte{refConn}
	if p.halfClose() {
		kinds = append(kinds, refFramed)
	}
	r, err := t.at(i, "connection", kinds...)
	if err != nil || r.kind == refNil {
		return nil, err
	}
	f, err := p.flows.claim(r.id, sends|receives)
	if err != nil {
		return nil, err
	}
	if err := f.waitWithin(ctx); err != nil {
		return nil, err
	}
	if r.kind == refFramed {
		return f.framed(), nil
	}
	return f.asConn(), nil
}

// object returns a value of the other side, which this side holds if it is kept,
// or the one of this side that came home.
func (t *taking) object(p *Peer, c codec.Codec, service, method string, i int, kept bool) (*Object, any, error) {
	r, err := t.at(i, "object", refObject, refHome)
	switch {
	case err != nil || r.kind == refNil:
		return nil, nil, err
	case r.kind == refHome:
		e := p.objects.use(r.id)
		if e == nil || e.id == rootObject {
			return nil, nil, Errorf(NotFound, "object %d, which came home: %w", r.id, ErrReleased)
		}
		defer p.objects.put(e)
		return nil, e.impl, nil
	}
	b := &binding{peer: p, id: r.id, service: liveName(service, method, r.methods), codec: c, methods: make(map[string]boundMethod, len(r.methods))}
	for n, name := range r.methods {
		b.methods[name] = boundMethod{number: uint16(n), size: new(sizeHint)}
	}
	if kept {
		b.held = hold(b)
	}
	return &Object{bound: b}, nil, nil
}

// duplex claims a flow of bytes in both directions.
func (t *taking) duplex(p *Peer, i int) (io.ReadWriteCloser, error) {
	f, err := t.flow(p, i, "reader and writer", sends|receives)
	if f == nil {
		return nil, err
	}
	return newDuplex(f, p.cfg.Errors), nil
}

// discard gives up what was not taken.
func (t *taking) discard(p *Peer) {
	for i, r := range t.table {
		if t.taken != nil && t.taken[i] {
			continue
		}
		switch r.kind {
		case refFlow, refConn, refFramed:
			p.flows.discard(r.id)
		case refObject:
			p.releaseObject(r.id)
		}
	}
}

// asConn makes a flow whose stream is there into a raw connection.
func (f *flow) asConn() *conn {
	f.begun()
	return &conn{Stream: f.stream, r: f.r.br, side: f.peer.cfg.Side, flow: f}
}
