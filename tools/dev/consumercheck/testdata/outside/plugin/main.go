// Command plugin is a plugin as an outside user writes it.
package main

import (
	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"

	"example.com/outside/hello"
)

// MyPlugin is the whole service.
type MyPlugin struct{}

// Ping answers.
func (*MyPlugin) Ping() string { return "pong" }

func main() {
	tenon.Main(tenon.ServeConfig{
		Cookie:     hello.Cookie,
		Services:   tenon.Services{"myplugin": dynamic.Service(&MyPlugin{})},
		Transports: hello.Transports,
		Codecs:     hello.Codecs,
	})
}
