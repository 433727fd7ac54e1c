package gpecho

import (
	"bytes"
	"context"
	"net/rpc"

	"github.com/hashicorp/go-plugin"

	"github.com/tenon-dev/tenon/tools/bench/internal/sample"
	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

// echoPlugin is the plugin as go-plugin knows it: for net/rpc here, for gRPC in
// the file beside this one.
type echoPlugin struct{}

var _ plugin.Plugin = (*echoPlugin)(nil)

// Server returns what answers over net/rpc.
func (*echoPlugin) Server(*plugin.MuxBroker) (any, error) { return &netServer{}, nil }

// Client returns what calls over net/rpc.
func (*echoPlugin) Client(_ *plugin.MuxBroker, c *rpc.Client) (any, error) {
	return &netClient{c}, nil
}

type netServer struct{}

// Bytes sends back what it got.
func (*netServer) Bytes(args []byte, reply *[]byte) error {
	*reply = args
	return nil
}

// Struct sends back what it got.
func (*netServer) Struct(args sample.Typical, reply *sample.Typical) error {
	*reply = args
	return nil
}

type netClient struct{ c *rpc.Client }

func (n *netClient) Caller(_ context.Context, w subject.Work) (subject.Call, func(), error) {
	if w.Kind != subject.Echo {
		return nil, nil, subject.ErrNoSuchWork // net/rpc has calls only
	}
	call, err := n.unary(w)
	return call, func() {}, err
}

func (n *netClient) unary(w subject.Work) (subject.Call, error) {
	if w.Struct {
		sent := sample.Struct()
		call := func(check func(*sample.Typical) bool) error {
			var reply sample.Typical
			err := n.c.Call("Plugin.Struct", &sent, &reply)
			if err == nil && !check(&reply) {
				err = subject.WrongReply(w)
			}
			return err
		}
		err := call(func(t *sample.Typical) bool { return t.Equal(sent) })
		sameID := func(t *sample.Typical) bool { return t.ID == sent.ID }
		return func(context.Context) error { return call(sameID) }, err
	}
	sent := w.Data
	call := func(check func([]byte) bool) error {
		var reply []byte
		err := n.c.Call("Plugin.Bytes", sent, &reply)
		if err == nil && !check(reply) {
			err = subject.WrongReply(w)
		}
		return err
	}
	err := call(func(b []byte) bool { return bytes.Equal(b, sent) })
	sameLength := func(b []byte) bool { return len(b) == len(sent) }
	return func(context.Context) error { return call(sameLength) }, err
}
