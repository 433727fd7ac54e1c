// Command host greets through the plugin that it is given.
package main

import (
	"context"
	"fmt"
	"os"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/examples/migrate/after/greeter"
)

func main() {
	if err := run(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, path string) error {
	client := tenon.NewClient(tenon.ClientConfig{
		Cookie:   greeter.Cookie,
		Launcher: launch.Command(path),
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
