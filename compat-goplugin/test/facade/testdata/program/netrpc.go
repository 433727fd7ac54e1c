package main

import (
	"net/rpc"

	"github.com/hashicorp/go-plugin"
)

type netPlugin struct{}

func (netPlugin) Server(b *plugin.MuxBroker) (interface{}, error) { return &netServer{b}, nil }

func (netPlugin) Client(b *plugin.MuxBroker, c *rpc.Client) (interface{}, error) {
	return &netClient{b, c}, nil
}

type netServer struct{ broker *plugin.MuxBroker }

func (s *netServer) Greet(name string, reply *string) error {
	*reply = greet(name)
	return nil
}

func (s *netServer) CallBack(id uint32, reply *string) error {
	return callNet(s.broker, id, "x", reply)
}

func (s *netServer) ServeBack(_ int, id *uint32) error {
	*id = s.broker.NextId()
	go s.broker.AcceptAndServe(*id, &netFunc{func(s string) string { return "plugin:" + s }})
	return nil
}

type netFunc struct{ f func(string) string }

func (n *netFunc) Call(arg string, reply *string) error {
	*reply = n.f(arg)
	return nil
}

func callNet(b *plugin.MuxBroker, id uint32, arg string, reply *string) error {
	conn, err := b.Dial(id)
	if err != nil {
		return err
	}
	client := rpc.NewClient(conn)
	defer client.Close()
	return client.Call("Plugin.Call", arg, reply)
}

type netClient struct {
	broker *plugin.MuxBroker
	client *rpc.Client
}

func (c *netClient) Greet(name string) (reply string, err error) {
	err = c.client.Call("Plugin.Greet", name, &reply)
	return reply, err
}

func (c *netClient) CallBack(f func(string) string) (reply string, err error) {
	id := c.broker.NextId()
	go c.broker.AcceptAndServe(id, &netFunc{f})
	err = c.client.Call("Plugin.CallBack", id, &reply)
	return reply, err
}

func (c *netClient) ServeBack(arg string) (reply string, err error) {
	var id uint32
	if err := c.client.Call("Plugin.ServeBack", 0, &id); err != nil {
		return "", err
	}
	err = callNet(c.broker, id, arg, &reply)
	return reply, err
}
