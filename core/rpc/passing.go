package rpc

import (
	"context"
	"errors"
	"io"
	"iter"
	"net"
	"runtime"
	"slices"

	"github.com/tenon-dev/tenon/core/codec"
)

// A Call is one call that passes live values beside its arguments: readers,
// writers, connections, sequences, objects. Generated code uses it; most calls do
// without, through [Object.Call]. Values are passed in the order of the method's
// parameters, then Do makes the call, then the live results are taken. A Call is
// used by one goroutine, and ends with Do.
//
// What is passed lives as long as the call, but for connections, and objects that
// are kept: those live until they are closed or released.
type Call struct {
	ctx     context.Context
	object  *Object // where the call is counted, until it has ended
	b       *binding
	method  string
	bound   boundMethod
	passing passing
	pumps   []func() // started with the call
	stream  *flow    // of a streaming method; it may outlive the call
	called  func()   // lets values be sent on the stream; nil where there are none to send
	replied bool     // the callee has answered
	results taking
	writers []*passedWriter
	waited  bool  // for writers that had not returned at the end of the context
	lost    error // the last writer's that did not take what the callee wrote
}

// Begin begins a call of a method by name.
func (o *Object) Begin(ctx context.Context, method string) (*Call, error) {
	b, m, err := o.find(ctx, method)
	if err != nil {
		return nil, err
	}
	return &Call{ctx: ctx, object: o, b: b, method: method, bound: m, passing: passing{peer: b.peer, codec: b.codec, service: b.service, method: method}}, nil
}

// PassReader passes a reader. The callee reads it while the call runs; r is not
// closed. When the callee has finished, a Read of r that waits is left alone:
// the call does not wait for it.
func (c *Call) PassReader(r io.Reader) {
	if r == nil {
		c.passing.add(reference{kind: refNil})
		return
	}
	if !c.fits(placeReader) {
		return
	}
	if f := c.passing.flow(c.ctx, sends); f != nil {
		c.pumps = append(c.pumps, f.watch, c.sent(f, r))
	}
}

// sent returns what sends all that r has.
func (c *Call) sent(f *flow, r io.Reader) func() {
	registered := f.peer.cfg.Errors
	return f.sending("a reader", registered, func() { f.sendBytes(r, registered) })
}

// PassWriter passes a writer. What the callee writes has been written to w when Do
// returns without an error; w is not closed. An error of w, and a short write, is
// the call's, whatever the callee makes of it. A Write of w that does not return
// soon after the end of the context is left alone.
func (c *Call) PassWriter(w io.Writer) {
	if w == nil {
		c.passing.add(reference{kind: refNil})
		return
	}
	if !c.fits(placeWriter) {
		return
	}
	if f := c.passing.flow(c.ctx, receives|answers); f != nil {
		c.pumps = append(c.pumps, c.passed(f, w))
	}
}

// PassDuplex passes what can be read and written. The callee uses it while the
// call runs; rw is not closed. What was said of [Call.PassReader] and
// [Call.PassWriter] holds for its two directions.
func (c *Call) PassDuplex(rw io.ReadWriter) {
	if rw == nil {
		c.passing.add(reference{kind: refNil})
		return
	}
	if !c.fits(placeDuplex) {
		return
	}
	if f := c.passing.flow(c.ctx, sends|receives); f != nil {
		fill := c.passed(f, rw)
		c.pumps = append(c.pumps, c.sent(f, rw), func() {
			defer f.watch() // a callee that writes on after an error is not held up by it
			fill()
		})
	}
}

// PassSeq passes a sequence of values, which the callee draws while the call runs.
func PassSeq[T any](c *Call, seq iter.Seq2[T, error]) {
	if seq == nil {
		c.passing.add(reference{kind: refNil})
		return
	}
	if !c.fits(placeSeq) {
		return
	}
	if f := c.passing.flow(c.ctx, sends); f != nil {
		registered := f.peer.cfg.Errors
		c.pumps = append(c.pumps, f.watch, f.sending("a sequence", registered, func() { sendAll(f, c.b.codec, seq, registered) }))
	}
}

// PassConn passes a connection, which lives on when the call has ended. It is
// closed when the callee closes its end.
//
// Each direction ends by itself where both sides have that among their [Features], and
// conn has a method CloseWrite; what the callee gets has one then, too. Otherwise a
// connection ends in both directions at once: where one end is closed, or reads io.EOF
// because its own peer called CloseWrite, so does the other, and what that still
// answers is lost, with an error for who writes it.
func (c *Call) PassConn(conn net.Conn) {
	if conn == nil || c.fits(placeConn) {
		c.passing.conn(c.ctx, conn)
	}
}

// PassObject passes a value whose methods the callee can call, as service
// describes them. With keep it lives until the callee releases it, otherwise as
// long as the call. A value that is itself an object of the callee comes home.
func (c *Call) PassObject(service *Service, impl any, keep bool) {
	if impl == nil || c.fits(placeObject) {
		c.passing.object(service, impl, keep, true)
	}
}

// Do makes the call; see [Object.Call].
func (c *Call) Do(args, result any) error {
	defer c.end()
	err := c.passing.err
	if err == nil {
		err = c.b.call(c.ctx, c.bound, c.method, args, result, c)
	}
	if err != nil && (c.results.refused || !c.replied) { // it did not run, or nobody will say how it ended
		c.passing.abort(err)
		c.start()
	}
	for _, w := range c.writers {
		err = w.outcome(c, err)
	}
	c.passing.finish()
	if err != nil {
		c.Discard()
	}
	// A reference that comes home must not be released before it has arrived.
	runtime.KeepAlive(c)
	return err
}

// end counts the call out.
func (c *Call) end() {
	if o := c.object; o != nil {
		c.object = nil
		o.leave(c.b)
	}
}

// Discard gives up the live results that were not taken. Who takes all of them
// need not call it, nor after an error.
func (c *Call) Discard() {
	c.results.discard(c.b.peer)
	c.results.table = nil
}

// start starts what feeds the flows that were passed.
func (c *Call) start() {
	for _, pump := range c.pumps {
		c.b.peer.later(pump)
	}
	c.pumps = nil
}

// Reader returns the live result at place i, a reader. It lives until it is read
// to its end, or closed; like all live results, it also ends when nothing refers
// to it any more.
func (c *Call) Reader(i int) (io.ReadCloser, error) {
	r, err := c.results.reader(c.b.peer, i)
	if r, ok := r.(*byteReader); ok {
		abandoned(r, r.f)
	}
	return r, err
}

// Writer returns the live result at place i, a writer. It lives until it is
// closed. Close returns when the callee has written all and closed its own, with the
// error of that; a Write after one that failed there has its error. A callee whose
// writer takes its time, or that means ill, holds up Close until the session ends.
func (c *Call) Writer(i int) (io.WriteCloser, error) {
	w, err := c.results.writer(c.b.peer, i)
	if w, ok := w.(*byteWriter); ok {
		abandoned(w, w.f)
	}
	return w, err
}

// Duplex returns the live result at place i, which can be read and written. It
// lives until it is closed.
func (c *Call) Duplex(i int) (io.ReadWriteCloser, error) {
	d, err := c.results.duplex(c.b.peer, i)
	if d, ok := d.(*duplex); ok {
		abandoned(d, d.byteReader.f)
	}
	return d, err
}

// Conn returns the live result at place i, a connection. It lives until it is
// closed.
func (c *Call) Conn(i int) (net.Conn, error) {
	n, err := c.results.takeConn(c.ctx, c.b.peer, i)
	switch n := n.(type) {
	case *conn:
		abandoned(n, n.flow)
	case *framedConn:
		abandoned(n, n.f)
	}
	return n, err
}

// Object returns the live result at place i, an object of the callee, or the
// value of this side itself if it came home. Both are nil for a nil value. It
// lives until it is closed.
func (c *Call) Object(i int) (*Object, any, error) {
	return c.results.object(c.b.peer, c.b.codec, c.b.service, c.method, i, true)
}

// passing is what one call or reply passes beside its payload.
type passing struct {
	peer            *Peer
	codec           codec.Codec
	service, method string // of the call

	table  []reference
	flows  []*flow    // those that end with the call
	scoped []uint64   // objects that end with the call
	homes  []*binding // objects of the peer that come home to it
	kept   []func()   // undo what lives on, for a reply that is not sent after all
	err    error
}

func (p *passing) add(r reference) {
	if limit := p.peer.remote.References; len(p.table) >= limit && p.err == nil {
		p.err = exceeded("References", len(p.table)+1, limit, "references in one call")
	}
	p.table = append(p.table, r)
}

// flow opens a flow that ends with the call; nil after an error.
func (p *passing) flow(ctx context.Context, d direction) *flow {
	if p.err != nil {
		return nil
	}
	f, err := p.peer.flows.start(ctx, d)
	if err != nil {
		p.err = err
		return nil
	}
	f.bind(ctx)
	p.flows = append(p.flows, f)
	p.add(reference{kind: refFlow, id: f.id})
	return f
}

// free opens a flow that lives on.
func (p *passing) free(ctx context.Context, d direction) *flow {
	if p.err != nil {
		return nil
	}
	f, err := p.peer.flows.start(ctx, d)
	if err != nil {
		p.err = err
		return nil
	}
	p.add(reference{kind: refFlow, id: f.id})
	p.kept = append(p.kept, func() { f.abort(errFlowOver) })
	return f
}

// conn passes a connection: its bytes are copied both ways until both directions have
// ended, or where the peer knows of no half-close until one has. It reports whether it
// has taken the connection over.
func (p *passing) conn(ctx context.Context, local net.Conn) bool {
	if local == nil {
		p.add(reference{kind: refNil})
		return true
	}
	f := p.free(ctx, sends|receives)
	if f == nil {
		return false
	}
	if p.peer.halfClose() {
		p.table[len(p.table)-1].kind = refFramed
		f.joinConn(local)
		return true
	}
	p.table[len(p.table)-1].kind = refConn
	(&passedConn{peer: p.peer, local: local, remote: f.asConn()}).start()
	return true
}

// object passes a value by its methods. What is borrowed is not closed when it is
// released; what is not is closed also where it cannot be passed.
func (p *passing) object(service *Service, impl any, keep, borrowed bool) {
	if impl == nil {
		p.add(reference{kind: refNil})
		return
	}
	if home, ok := impl.(Remote); ok {
		if o := home.TenonObject(); o != nil {
			if b := o.now(); b.peer == p.peer {
				p.homes = append(p.homes, b)
				p.add(reference{kind: refHome, id: b.id})
				return
			}
		}
	}
	if p.err == nil {
		p.err = service.err
	}
	if p.err == nil {
		p.export(service, impl, keep, borrowed)
	} else if !borrowed {
		p.peer.later(func() { p.peer.closing(impl) })
	}
}

// export enters a value into the table of objects and passes it.
func (p *passing) export(service *Service, impl any, keep, borrowed bool) {
	name := service.def.Interface
	if name == "" {
		name = liveName(p.service, p.method, []string{"Call"})
	}
	e := &exported{name: name, service: service, codec: p.codec, impl: impl, borrowed: borrowed, errors: p.peer.errorsOf(service)}
	if p.err = p.peer.objects.add(e); p.err != nil {
		if errors.Is(p.err, ErrReleased) { // the session has ended, which says more
			p.err = p.peer.leaving()
		}
		p.peer.objects.unused(e)
		return
	}
	release := func() { p.peer.objects.release(e.id) }
	if keep {
		p.kept = append(p.kept, release)
	} else {
		p.scoped = append(p.scoped, e.id)
	}
	ref := reference{kind: refObject, id: e.id}
	for _, m := range service.def.Methods {
		ref.methods = append(ref.methods, m.Name)
	}
	p.add(ref)
}

// Remote is what a stub has that generated code makes: it lets a reference that
// comes home be told from others.
type Remote interface {
	TenonObject() *Object
}

// abort breaks what was passed.
func (p *passing) abort(err error) {
	for _, f := range p.flows {
		f.abort(err)
	}
	for _, undo := range slices.Backward(p.kept) {
		undo()
	}
	p.kept = nil
}

// finish ends what ends with the call. Flows that this side sends are of no more
// use: the callee has finished.
func (p *passing) finish() {
	for _, f := range p.flows {
		f.abort(errFlowOver)
	}
	for _, id := range p.scoped {
		p.peer.objects.release(id)
	}
}
