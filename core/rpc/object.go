package rpc

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tenon-dev/tenon/core/codec"
)

// An Object is one value on the other side that this side can call: what a
// Dispense returns. All methods may be called concurrently.
type Object struct {
	renewal *renewal // nil for one that ends with its peer

	mu     sync.Mutex
	bound  *binding
	closed bool
}

// binding is an object at one peer. Immutable.
type binding struct {
	peer    *Peer
	id      uint64
	service string
	codec   codec.Codec
	methods map[string]boundMethod
	held    *holding     // of a reference: that this side holds it; nil for what was dispensed
	scope   *callContext // of a reference that ends with a call that this side serves
}

type boundMethod struct {
	number uint16
	params []string
	live   *places   // nil where the peer does not say
	size   *sizeHint // of the arguments
}

// Dispense asks the peer to make an object of a service, with a configuration or
// nil. An empty name means the peer's default service. types are those that the
// caller means to pass to the object and to get from it: the codec is the first,
// in the order of [Config.Codecs], that they and the service's own types pass.
func (p *Peer) Dispense(ctx context.Context, service string, config any, types ...reflect.Type) (*Object, error) {
	req := dispenseRequest{Service: service}
	var why []string // the caller's own types do not pass
	for _, c := range p.cfg.Codecs {
		if err := passAll(c, types); err != nil {
			why = append(why, fmt.Sprintf("%s (%v)", c.Name(), err))
			continue
		}
		req.Codecs = append(req.Codecs, c.Name())
	}
	if len(req.Codecs) == 0 && len(why) > 0 {
		return nil, Errorf(FailedPrecondition, "no codec for service %q: the %v's own types pass in none of its codecs: %s: change these types, or give both sides a codec that they pass",
			service, p.cfg.Side, strings.Join(why, ", "))
	}
	if !isNothing(config) {
		if err := p.encodeConfig(&req, config); err != nil {
			return nil, err
		}
	}
	var reply dispenseReply
	if err := p.root().call(ctx, boundMethod{number: rootDispense}, "Dispense", &req, &reply, nil); err != nil {
		return nil, err
	}
	chosen := p.codec(reply.Codec)
	if chosen == nil {
		return nil, Errorf(Internal, "the %v chose the codec %q for service %q, which was not offered", p.cfg.Side.Peer(), reply.Codec, service)
	}
	b := &binding{peer: p, id: reply.Object, service: reply.Service, codec: chosen, methods: make(map[string]boundMethod, len(reply.Methods))}
	for i, m := range reply.Methods {
		if len(m.Params) == 0 { // an empty list is none
			m.Params = nil
		}
		b.methods[m.Name] = boundMethod{number: uint16(i), params: m.Params, live: m.Live, size: new(sizeHint)}
	}
	return &Object{bound: b}, nil
}

// passAll says why one of these types does not pass in c, or nil.
func passAll(c codec.Codec, types []reflect.Type) error {
	for _, t := range types {
		if err := checkType(c, t); err != nil {
			return err
		}
	}
	return nil
}

// encodeConfig encodes a configuration in the first codec that its type passes.
func (p *Peer) encodeConfig(req *dispenseRequest, config any) error {
	var firstErr error
	for _, c := range p.cfg.Codecs {
		err := c.Check(reflect.TypeOf(config))
		if err == nil {
			if req.Config, err = c.Append(nil, config); err == nil {
				req.Codec = c.Name()
				return nil
			}
		}
		if firstErr == nil {
			firstErr = err
		}
	}
	return Errorf(InvalidArgument, "the configuration of service %q, a %T, cannot cross: %w", req.Service, config, firstErr)
}

// Describe returns the catalogue of what the peer serves.
func (p *Peer) Describe(ctx context.Context) (*Catalogue, error) {
	var c Catalogue
	if err := p.root().call(ctx, boundMethod{number: rootDescribe}, "Describe", nil, &c, nil); err != nil {
		return nil, err
	}
	return &c, nil
}

func (p *Peer) root() *binding {
	return &binding{peer: p, id: rootObject, service: "root", codec: p.objects.root.codec}
}

// Service returns the name of the service that made o.
func (o *Object) Service() string { return o.now().service }

// Codec returns the name of the codec that was chosen for o.
func (o *Object) Codec() string { return o.now().codec.Name() }

// Methods returns the names of o's methods, sorted.
func (o *Object) Methods() []string {
	b := o.now()
	names := make([]string, 0, len(b.methods))
	for name := range b.methods {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Params returns the names of a method's arguments: nil where the method has at
// most one argument that crosses as it is, and false where there is no such
// method.
func (o *Object) Params(method string) (names []string, ok bool) {
	m, ok := o.now().methods[method]
	return m.params, ok
}

func (o *Object) now() *binding {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.bound
}

// Call calls a method by name with args, a value or a pointer to one, and
// decodes the result into result, a pointer. Both are nil, or struct{}, where
// the method has none. It returns within ctx whatever the peer does.
func (o *Object) Call(ctx context.Context, method string, args, result any) error {
	b, m, err := o.find(ctx, method)
	if err != nil {
		return err
	}
	defer o.leave(b)
	return b.call(ctx, m, method, args, result, nil)
}

// find returns where o is now, and a method of it. A call of a renewable object is
// counted in there: leave must follow.
func (o *Object) find(ctx context.Context, method string) (*binding, boundMethod, error) {
	b, err := o.enter(ctx)
	if err != nil {
		return nil, boundMethod{}, err
	}
	if b.scope != nil && b.scope.isOver() {
		// Said here, since ctx may be that of the same call, and over with it.
		o.leave(b)
		return nil, boundMethod{}, Errorf(NotFound, "%s is called after the call that passed it has ended: %w", called(b.service, method), ErrReleased)
	}
	m, ok := b.methods[method]
	if !ok {
		o.leave(b)
		return nil, boundMethod{}, Errorf(Unimplemented, "service %q has no method %q%s", b.service, method, nearest(method, o.Methods()))
	}
	return b, m, nil
}

// Close releases the object on the other side, without waiting. Calling it again
// is fine and returns nil.
func (o *Object) Close() error {
	o.mu.Lock()
	b, first := o.bound, !o.closed
	o.closed = true
	o.mu.Unlock()
	switch {
	case !first:
		return nil
	case b.held != nil:
		b.held.release()
	default:
		b.peer.releaseObject(b.id)
	}
	if o.renewal != nil && o.renewal.closed != nil {
		o.renewal.closed()
	}
	return nil
}

// call makes one call, inside the interceptors. live is what it passes beside its
// arguments; nil for nothing.
func (b *binding) call(ctx context.Context, m boundMethod, method string, args, result any, live *Call) error {
	intercept := b.peer.cfg.Interceptors
	if len(intercept) == 0 || b.id == rootObject {
		_, _, err := b.exchange(ctx, m, method, args, result, live)
		return err
	}
	info := &CallInfo{Service: b.service, Method: method, Started: time.Now()}
	return runInterceptors(ctx, intercept, info, func(ctx context.Context) (err error) {
		info.RequestBytes, info.ReplyBytes, err = b.exchange(ctx, m, method, args, result, live)
		return err
	})
}

// exchange sends the arguments, waits for the reply, and decodes it.
func (b *binding) exchange(ctx context.Context, bound boundMethod, method string, args, result any, live *Call) (sent, received int, err error) {
	p := b.peer
	var left time.Duration
	if t, ok := ctx.Deadline(); ok {
		left = remaining(t)
	}
	md := outgoingMetadata(ctx)
	if n := md.size(); n > p.remote.Metadata {
		return 0, 0, exceeded("Metadata", n, p.remote.Metadata, "bytes of metadata")
	}
	guess := 0
	if bound.size != nil {
		guess = bound.size.guess()
	}
	m := newMessageFor(guess)
	var flags byte
	var refs []reference
	if live != nil {
		refs = live.passing.table
	}
	m.b, flags = appendCallHead(m.b, b.id, left, md, refs)
	head := len(m.b)
	if err := encodeValue(b.codec, m, args); err != nil {
		m.free()
		return 0, 0, Errorf(InvalidArgument, "the arguments of %s do not encode as %s: %w", called(b.service, method), b.codec.Name(), err)
	}
	if sent = len(m.b) - head; sent > p.remote.Message {
		m.free()
		return 0, 0, exceeded("Message", sent, p.remote.Message, "bytes of arguments of "+called(b.service, method))
	}
	if bound.size != nil {
		bound.size.note(len(m.body()))
	}
	lane, err := p.lane(ctx)
	if err != nil {
		m.free()
		return sent, 0, err
	}
	if live != nil && ctx.Err() == nil {
		if live.called != nil {
			live.called()
		}
		live.start()
	}
	reply, err := lane.do(ctx, header{typ: frameCall, flags: flags, method: bound.number}, m, b.service, method, b.id == rootObject && bound.number == rootDispense)
	if err != nil {
		return sent, 0, err
	}
	defer p.release(&reply)
	if err := b.takeResults(&reply, live, method); err != nil {
		return sent, 0, err
	}
	received = len(reply.body)
	switch {
	case reply.over != nil:
		return sent, received, reply.over
	case reply.flags&flagError != 0:
		return sent, received, parseError(reply.body, p.cfg.Errors)
	}
	if err := decodeValue(b.codec, reply.body, result); err != nil {
		return sent, received, decodeError(Internal, err, "the result of %s does not decode as %s: %w", called(b.service, method), b.codec.Name(), err)
	}
	return sent, received, nil
}

// takeResults takes the table of live results off a reply.
func (b *binding) takeResults(reply *message, live *Call, method string) error {
	if live != nil {
		live.replied, live.results.refused = true, reply.flags&flagRefused != 0
	}
	if reply.flags&flagReferences == 0 {
		return nil
	}
	table, rest, err := parseReferences(reply.body)
	over := callOver(err)
	if err != nil && over == nil {
		return Errorf(Internal, "the reply to %s has %w", called(b.service, method), err)
	}
	reply.body = rest
	results := taking{table: table}
	if live != nil {
		results.given = live.bound.live.gives()
	}
	if n, limit := len(table), b.peer.cfg.Limits.References; n > limit || live == nil || over != nil {
		results.discard(b.peer)
		switch {
		case live == nil:
			return Errorf(Internal, "the reply to %s passes live values, and none are expected", called(b.service, method))
		case over != nil:
			return over
		}
		return exceeded("References", n, limit, "references in one reply")
	}
	live.results = results
	return nil
}
