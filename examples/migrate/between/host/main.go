// Command host greets through the plugin that it is given, of either kind.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/tenon-dev/tenon/compat-goplugin"
	"github.com/tenon-dev/tenon/compat-goplugin/bridge"
	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/examples/migrate/between/greeter"
)

func main() {
	if err := run(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, path string) error {
	dialect, err := bridge.Dialect(&goplugin.ClientConfig{
		HandshakeConfig: greeter.Handshake,
		Plugins:         greeter.Plugins,
		Logger:          hclog.NewNullLogger(),
	})
	if err != nil {
		return err
	}
	client := tenon.NewClient(tenon.ClientConfig{
		Cookie:   greeter.Cookie,
		Launcher: launch.Command(path),
		Dialects: []tenon.Dialect{dialect},
	})
	defer client.Close()
	g, err := greeter.Dispense(ctx, client)
	if err != nil {
		return err
	}
	text, err := g.Greet(ctx, "world")
	if err != nil {
		return err
	}
	fmt.Println(text)
	return nil
}
