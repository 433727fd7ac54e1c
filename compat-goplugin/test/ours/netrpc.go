package ours

import (
	"context"
	"errors"
	"fmt"
	"net/rpc"

	plugin "github.com/tenon-dev/tenon/compat-goplugin"
	"github.com/tenon-dev/tenon/compat-goplugin/test/contract"
)

// NetServer is served over net/rpc.
type NetServer struct {
	broker  *plugin.MuxBroker
	version int
}

// Args are the arguments of Do.
type Args struct{ What, Arg string }

// Do does.
func (s *NetServer) Do(a Args, reply *string) (err error) {
	if a.What == "version" {
		*reply = fmt.Sprint(s.version)
		return nil
	}
	*reply, err = contract.Do(a.What, a.Arg)
	if err != nil {
		return plugin.NewBasicError(err)
	}
	return nil
}

// BackArgs are the arguments of CallBack.
type BackArgs struct {
	ID  uint32
	Arg string
}

// CallBack calls what the host serves.
func (s *NetServer) CallBack(a BackArgs, reply *string) error {
	conn, err := s.broker.Dial(a.ID)
	if err != nil {
		return err
	}
	client := rpc.NewClient(conn)
	defer client.Close()
	return client.Call("Plugin.Call", a.Arg, reply)
}

// ServeBack serves something beside.
func (s *NetServer) ServeBack(_ string, id *uint32) error {
	*id = s.broker.NextId()
	go s.broker.AcceptAndServe(*id, &NetFunc{func(s string) string { return "plugin:" + s }})
	return nil
}

// NetFunc is a function that is served.
type NetFunc struct{ f func(string) string }

// Call calls it.
func (n *NetFunc) Call(arg string, reply *string) error {
	*reply = n.f(arg)
	return nil
}

type netClient struct {
	broker *plugin.MuxBroker
	client *rpc.Client
}

var errNetRPC = errors.New("net/rpc has no streams")

func (c *netClient) Do(what, arg string) (reply string, err error) {
	err = c.client.Call("Plugin.Do", Args{what, arg}, &reply)
	return reply, err
}

func (c *netClient) Stream(int) ([]string, error)    { return nil, errNetRPC }
func (c *netClient) Bidi([]string) ([]string, error) { return nil, errNetRPC }
func (c *netClient) Gone() context.Context           { return nil }

func (c *netClient) CallBack(f func(string) string, arg string) (reply string, err error) {
	id := c.broker.NextId()
	go c.broker.AcceptAndServe(id, &NetFunc{f})
	err = c.client.Call("Plugin.CallBack", BackArgs{id, arg}, &reply)
	return reply, err
}

func (c *netClient) ServeBack(arg string) (reply string, err error) {
	var id uint32
	if err := c.client.Call("Plugin.ServeBack", "", &id); err != nil {
		return "", err
	}
	conn, err := c.broker.Dial(id)
	if err != nil {
		return "", err
	}
	client := rpc.NewClient(conn)
	defer client.Close()
	err = client.Call("Plugin.Call", arg, &reply)
	return reply, err
}
