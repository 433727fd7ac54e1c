// Command host is a host as an outside user writes it.
package main

import (
	"context"
	"fmt"
	"log"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/launch"

	"example.com/outside/hello"
)

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	fmt.Println("Starting host...")
	client := tenon.NewClient(tenon.ClientConfig{
		Cookie:     hello.Cookie,
		Launcher:   launch.Command("./myplugin"),
		Transports: hello.Transports,
		Codecs:     hello.Codecs,
	})
	defer client.Close()

	var my struct {
		Ping func(context.Context) (string, error)
	}
	if err := dynamic.Bind(ctx, client, "myplugin", &my); err != nil {
		return err
	}
	pong, err := my.Ping(ctx)
	if err != nil {
		return err
	}
	fmt.Println(pong)
	return nil
}
