// Command myplugin is a plugin: it answers a ping.
package main

import (
	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/examples/quickstart/hello"
)

// MyPlugin is served by reflection: its exported methods are the service.
type MyPlugin struct{}

// Ping answers.
func (*MyPlugin) Ping() string { return "pong" }

func main() {
	tenon.Main(tenon.ServeConfig{
		Cookie:     hello.Cookie,
		Services:   tenon.Services{"myplugin": dynamic.Service(&MyPlugin{})},
		Transports: hello.Transports,
		Codecs:     hello.Codecs,
		Standalone: true, // started by hand it waits for hosts
	})
}
