// Command plugin greets in English.
package main

import (
	"github.com/hashicorp/go-plugin"
	"github.com/tenon-dev/tenon/examples/migrate/before/greeter"
)

type english struct{}

func (english) Greet(name string) (string, error) { return "hello " + name, nil }

func main() {
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig: greeter.Handshake,
		Plugins:         plugin.PluginSet{"greeter": &greeter.Plugin{Impl: english{}}},
	})
}
