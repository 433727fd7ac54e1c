// Command host pings a plugin: one that runs already, or else the one that stands
// beside it, which it starts.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/attach"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/examples/quickstart/hello"
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
		Launcher:   launch.First(attach.To("myplugin"), launch.Command(plugin())), // one that runs, or a new one
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

// plugin is the path of the plugin: the first argument, or myplugin in the
// directory of this program.
func plugin() string {
	if len(os.Args) > 1 {
		return os.Args[1]
	}
	self, err := os.Executable()
	if err != nil {
		return "./myplugin"
	}
	return filepath.Join(filepath.Dir(self), "myplugin")
}
