// Command plugin greets in English, under hosts of either kind.
package main

import (
	"context"

	goplugin "github.com/tenon-dev/tenon/compat-goplugin"
	"github.com/tenon-dev/tenon/compat-goplugin/bridge"
	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/examples/migrate/between/greeter"
)

type english struct{}

func (english) Greet(_ context.Context, name string) (string, error) { return "hello " + name, nil }

func main() {
	bridge.Main(tenon.ServeConfig{
		Cookie:   greeter.Cookie,
		Services: tenon.Services{"greeter": dynamic.Service(english{})},
	}, &goplugin.ServeConfig{
		HandshakeConfig: greeter.Handshake,
		Plugins:         goplugin.PluginSet{"greeter": &greeter.Plugin{Impl: english{}}},
	})
}
