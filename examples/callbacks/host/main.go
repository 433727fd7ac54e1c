// Command host passes funcs, interfaces and objects to two plugins, and offers them
// a service.
//
//	host -plugin ./plugin
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/examples/callbacks/backup"
)

func main() {
	plugin := flag.String("plugin", "./plugin", "the plugins' executable `file`")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, *plugin); err != nil {
		log.Fatal(err)
	}
}

// secrets is what the host offers to plugins.
type secrets map[string]string

func (s secrets) Get(name string) (string, error) {
	if v, ok := s[name]; ok {
		return v, nil
	}
	return "", tenon.Errorf(tenon.NotFound, "no secret %q", name)
}

// observer is an interface's implementation in the host.
type observer struct{ out io.Writer }

func (o observer) Finished(files int) { fmt.Fprintf(o.out, "observed: %d files\n", files) }

// connect starts a plugin under a name.
func connect(ctx context.Context, plugin, name string, offered tenon.Services) (*tenon.Client, *backup.Client, error) {
	client := tenon.NewClient(tenon.ClientConfig{
		Cookie:   backup.Cookie,
		Launcher: launch.Command(plugin, launch.Args(name)),
		Codecs:   backup.Codecs,
		Services: offered,
		Stderr:   os.Stderr,
	})
	var b backup.Client
	if err := dynamic.Bind(ctx, client, "backup", &b); err != nil {
		client.Close()
		return nil, nil, err
	}
	return client, &b, nil
}

func run(ctx context.Context, out io.Writer, plugin string) error {
	offered := tenon.Services{"secrets": dynamic.Service(secrets{"owner of first": "alice", "owner of second": "bob"})}
	firstClient, first, err := connect(ctx, plugin, "first", offered)
	if err != nil {
		return err
	}
	defer firstClient.Close()
	secondClient, second, err := connect(ctx, plugin, "second", offered)
	if err != nil {
		return err
	}
	defer secondClient.Close()

	if err := first.Watch(ctx, observer{out}); err != nil {
		return err
	}
	err = first.Run(ctx, []string{"a.txt", "b.txt"}, func(done int, file string) {
		fmt.Fprintf(out, "progress: %d, %s\n", done, file)
	})
	if err != nil {
		return err
	}

	// An object of the second plugin goes to the first one, through the host.
	vault, err := second.Vault(ctx)
	if err != nil {
		return err
	}
	defer vault.Close()
	text, err := first.CopyTo(ctx, vault)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, text)

	// Passed to the plugin that it came from, it comes home.
	text, err = second.CopyTo(ctx, vault)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, text)
	return nil
}
