package rpc

import (
	"io"
	"iter"
	"net"
	"time"
)

// Reader returns the live argument at place i, a reader of the caller. It lives
// as long as the call; nil where the caller passed nil.
func (in *Incoming) Reader(i int) (io.ReadCloser, error) {
	f, err := in.flow(i, "reader", receives)
	if f == nil {
		return nil, err
	}
	return &byteReader{f: f}, nil
}

// Writer returns the live argument at place i, a writer of the caller. It lives as
// long as the call; nil where the caller passed nil. It need not be closed. Close
// waits until the caller has written all, and returns the error of the caller's
// writer.
func (in *Incoming) Writer(i int) (io.WriteCloser, error) {
	f, err := in.flow(i, "writer", sends|answered)
	if f == nil {
		return nil, err
	}
	return &byteWriter{f: f, registered: in.object.errors}, nil
}

// Conn returns the live argument at place i, a connection. It lives until it is
// closed.
func (in *Incoming) Conn(i int) (net.Conn, error) {
	return in.args.takeConn(in, in.lane.peer, i)
}

// Object returns the live argument at place i, an object of the caller, or the
// value of this side itself if it came home. Both are nil for a nil value. It is
// released when it is closed, or else when nothing refers to it any more.
func (in *Incoming) Object(i int) (*Object, any, error) {
	return in.args.object(in.lane.peer, in.object.codec, in.object.name, in.method.Name, i, true)
}

// Callback is [Incoming.Object] for an argument that ends with the call: it need
// not be closed. Calls after that match [ErrReleased].
func (in *Incoming) Callback(i int) (*Object, any, error) {
	o, home, err := in.args.object(in.lane.peer, in.object.codec, in.object.name, in.method.Name, i, false)
	if o != nil {
		o.bound.scope = &in.callContext
	}
	return o, home, err
}

// Duplex returns the live argument at place i, which can be read and written. It
// lives as long as the call; nil where the caller passed nil.
func (in *Incoming) Duplex(i int) (io.ReadWriteCloser, error) {
	f, err := in.flow(i, "reader and writer", sends|receives)
	if f == nil {
		return nil, err
	}
	return newDuplex(f, in.object.errors), nil
}

// SeqArg returns the live argument at place i, a sequence of the caller. It can be
// drawn once, while the call runs.
func SeqArg[T any](in *Incoming, i int) (iter.Seq2[T, error], error) {
	f, err := in.flow(i, "sequence", receives)
	if f == nil {
		return nil, err
	}
	return receiveAll[T](f, in.object.codec), nil
}

// flow claims a flow of the caller that ends with the call.
func (in *Incoming) flow(i int, what string, d direction) (*flow, error) {
	f, err := in.args.flow(in.lane.peer, i, what, d)
	if f == nil {
		return nil, err
	}
	f.bind(in)
	if d&receives == 0 {
		f.peer.later(f.watch) // the caller may say STOP and read on
	}
	in.flows = append(in.flows, f)
	return f, nil
}

// ReplyReader passes a reader to the caller as a live result. It is read until its
// end or until the caller closes it, and then closed if it is an io.Closer: also
// while a Read waits that does not return soon. Live results are passed before
// Reply.
func (in *Incoming) ReplyReader(r io.Reader) {
	p := in.passing()
	if r == nil {
		p.add(reference{kind: refNil})
		return
	}
	f := p.free(in, sends)
	if f == nil {
		closeIt(r)
		return
	}
	f.own(r, f.sending("a reader", in.object.errors, func() { f.sendBytes(r, in.object.errors) }), f.watch)
}

// ReplyWriter passes a writer to the caller as a live result. It is closed, if it
// is an io.Closer, when the caller closes it, whose Close returns after that and has
// the error, if there is one.
func (in *Incoming) ReplyWriter(w io.Writer) {
	p := in.passing()
	if w == nil {
		p.add(reference{kind: refNil})
		return
	}
	f := p.free(in, receives|answers)
	if f == nil {
		closeIt(w)
		return
	}
	f.peer.later(func() {
		closed := false
		defer func() {
			if !closed {
				f.peer.closing(w)
			}
		}()
		new(sinking).fill(f, w, func() error {
			closed = true
			return closeIt(w)
		}, in.object.errors)
	})
}

// ReplyDuplex passes what can be read and written to the caller as a live result.
// When the caller has written all, its CloseWrite is called if it has one. It is
// closed, if it is an io.Closer, when both directions have ended. The caller learns
// of an error of Write, but not of one that only closing gives.
func (in *Incoming) ReplyDuplex(rw io.ReadWriter) {
	p := in.passing()
	if rw == nil {
		p.add(reference{kind: refNil})
		return
	}
	f := p.free(in, sends|receives)
	if f == nil {
		closeIt(rw)
		return
	}
	finish := func() error { return nil }
	if half, ok := rw.(interface{ CloseWrite() error }); ok {
		finish = half.CloseWrite
	}
	taken := make(chan struct{})
	f.own(rw, f.sending("a reader", in.object.errors, func() { f.sendOrDiscard(rw, in.object.errors, taken) }), func() {
		defer f.watch()
		defer close(taken)
		new(sinking).fill(f, rw, finish, in.object.errors)
	})
}

// own runs pump, which reads v until it or the flow ends, and closes v in the end.
// watch returns when the flow is over: a Read that waits longer than closeGrace
// then is interrupted by the closing.
func (f *flow) own(v any, pump, watch func()) {
	pumped := make(chan struct{})
	f.peer.later(func() {
		defer close(pumped)
		pump()
	})
	f.peer.later(func() {
		defer func() {
			timer := time.NewTimer(closeGrace)
			defer timer.Stop()
			select {
			case <-pumped:
			case <-timer.C:
			}
			f.peer.closing(v)
		}()
		watch()
	})
}

// closeGrace is how long a reader has to return from Read when nobody wants to
// know any more, before it is closed meanwhile.
const closeGrace = 100 * time.Millisecond

func closeIt(v any) error {
	if c, ok := v.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// ReplyConn passes a connection to the caller as a live result. It is closed when
// the caller closes its end; of half-closes see [Call.PassConn].
func (in *Incoming) ReplyConn(c net.Conn) {
	if !in.passing().conn(in, c) {
		in.lane.peer.later(func() { in.lane.peer.closing(c) })
	}
}

// ReplyObject passes a value whose methods the caller can call, as service
// describes them, until it releases it. The value is the caller's from now on: if
// it is an io.Closer it is closed when it is released or the session ends, as often as
// it was passed.
func (in *Incoming) ReplyObject(service *Service, impl any) {
	in.passing().object(service, impl, true, false)
}

func (in *Incoming) passing() *passing {
	if in.results == nil {
		in.results = &passing{peer: in.lane.peer, codec: in.object.codec, service: in.object.name, method: in.method.Name}
	}
	return in.results
}

// endFlows ends what ends with the call: what this side has written is complete,
// and it reads no more. err is the call's.
func (in *Incoming) endFlows(err error) {
	for _, f := range in.flows {
		f.unbind()
		f.end(err, in.object.errors)
		f.stop()
	}
	if err != nil && (in.method.Kind == KindServerStream || in.method.Kind == KindBidiStream) {
		in.endUntaken(err)
	}
	in.args.discard(in.lane.peer)
	if in.results != nil && (err != nil || in.reply == nil) {
		in.results.abort(errFlowOver)
	}
}

// endUntaken ends the stream of a streaming method that failed before it took it, such
// that the caller learns why: an interceptor may have turned the call away.
func (in *Incoming) endUntaken(err error) {
	for i, r := range in.args.table {
		if r.kind != refFlow || in.args.taken != nil && in.args.taken[i] {
			continue
		}
		if f, _ := in.flow(i, "stream", sends|receives); f != nil {
			f.unbind()
			f.end(err, in.object.errors)
			f.stop()
		}
	}
}
