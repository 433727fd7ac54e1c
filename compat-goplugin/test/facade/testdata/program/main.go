// Command program is a host that runs itself, or another build of itself, as a plugin.
// It prints what the plugin answers, and which library each side is built with.
package main

import (
	"fmt"
	"net/rpc"
	"os"
	"os/exec"
	"reflect"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
)

var handshake = plugin.HandshakeConfig{ProtocolVersion: 1, MagicCookieKey: "PROGRAM_COOKIE", MagicCookieValue: "program"}

type greeter struct{}

func (g *greeter) Greet(name string, reply *string) error {
	*reply = "hello " + name + " from " + library()
	return nil
}

type greeterPlugin struct{}

func (greeterPlugin) Server(*plugin.MuxBroker) (interface{}, error) { return &greeter{}, nil }

func (greeterPlugin) Client(_ *plugin.MuxBroker, c *rpc.Client) (interface{}, error) { return c, nil }

// library tells the two libraries apart by an unexported field.
func library() string {
	if _, ok := reflect.TypeOf(plugin.Client{}).FieldByName("doneCtx"); ok {
		return "theirs"
	}
	return "ours"
}

func main() {
	plugins := plugin.PluginSet{"greeter": greeterPlugin{}}
	if len(os.Args) < 2 {
		plugin.Serve(&plugin.ServeConfig{HandshakeConfig: handshake, Plugins: plugins})
		return
	}
	client := plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig: handshake, Plugins: plugins, Cmd: exec.Command(os.Args[1]), AutoMTLS: true,
		Logger: hclog.NewNullLogger(),
	})
	defer client.Kill()
	p, err := client.Client()
	if err != nil {
		panic(err)
	}
	v, err := p.Dispense("greeter")
	if err != nil {
		panic(err)
	}
	var reply string
	if err := v.(*rpc.Client).Call("Plugin.Greet", library(), &reply); err != nil {
		panic(err)
	}
	fmt.Println(reply)
}
