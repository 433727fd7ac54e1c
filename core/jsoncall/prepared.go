package jsoncall

import (
	"context"

	"github.com/tenon-dev/tenon/core/rpc"
)

// A Prepared is a call whose arguments were converted once, to be made again and again:
// it costs what a call through a stub costs. It may be used concurrently.
type Prepared struct {
	object *Object
	method *method
	args   any
}

// Prepare converts the arguments of a method, which must be one that passes one value
// each way, or one that answers with a stream and takes nothing live.
func (o *Object) Prepare(name string, args []byte) (*Prepared, error) {
	m, err := o.method(name)
	if err != nil {
		return nil, err
	}
	if len(m.Live)+len(m.LiveResults) > 0 || m.Kind != rpc.KindUnary && m.Kind != rpc.KindServerStream {
		return nil, &UnsupportedError{What: o.service.Name + "." + name, Reason: "it takes a stream or a live value, which can be used once only"}
	}
	p := &Prepared{object: o, method: m}
	p.args, err = m.arguments(args, o.Codec())
	return p, err
}

// Do makes the call, decodes its result or each value of its stream, and throws them
// away. values is how many came.
func (p *Prepared) Do(ctx context.Context) (values int, err error) {
	if p.method.Kind == rpc.KindUnary {
		return 1, p.object.object.Call(ctx, p.method.Name, p.args, p.method.result.target())
	}
	count := func([]byte) error { values++; return nil }
	return values, p.object.stream(ctx, p.method, p.args, nil, Exchange{Out: count})
}
