// Command demo builds the examples and runs them: the quickstart, one call over
// every combination of transports and codecs, a store behind a Go interface, the
// counting of words in a large text, streams, callbacks, and a web server inside of a plugin.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/wrapperspb"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/examples/demo/drivers"
)

func main() {
	log.SetFlags(0)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		log.Fatalf("demo: %v", err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	dir, err := os.MkdirTemp("", "tenon-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Fprintln(os.Stderr, "building the examples…")
	for program, pkg := range map[string]string{
		"quickstart/host": "quickstart/host", "quickstart/myplugin": "quickstart/myplugin",
		"demo-plugin":    "demo/plugin",
		"wordcount-host": "wordcount/host", "wordcount-plugin": "wordcount/plugin",
		"streaming-host": "streaming/host", "streaming-plugin": "streaming/plugin",
		"callbacks-host": "callbacks/host", "callbacks-plugin": "callbacks/plugin",
		"kv-host": "kv/host", "kv-plugin": "kv/plugin",
		"reverse-proxy-host": "reverse-proxy/host", "reverse-proxy-plugin": "reverse-proxy/plugin",
	} {
		build := exec.CommandContext(ctx, "go", "build", "-o", filepath.Join(dir, program), "github.com/tenon-dev/tenon/examples/"+pkg)
		if text, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("build %s: %w\n%s", pkg, err, text)
		}
	}

	fmt.Fprintln(out, "== quickstart: a host starts a plugin and pings it")
	if err := program(ctx, out, filepath.Join(dir, "quickstart/host")); err != nil {
		return err
	}
	fmt.Fprintln(out, "\n== the same call over every transport and codec")
	for _, t := range drivers.Transports {
		for _, c := range drivers.Codecs {
			line, err := ping(ctx, filepath.Join(dir, "demo-plugin"), t, c)
			if err != nil {
				return fmt.Errorf("over %s with %s: %w", t.Name(), c.Name(), err)
			}
			fmt.Fprintln(out, line)
		}
	}
	for _, show := range []struct{ name, title string }{
		{"kv", "generated from a Go interface: a store, with what it streams, calls back and keeps"},
		{"wordcount", "real work: the words of a large text, counted by a plugin"},
		{"streaming", "streams: readers and sequences as arguments and results"},
		{"callbacks", "callbacks: funcs, interfaces and objects that cross, and a service of the host"},
		{"reverse-proxy", "connections: a reverse proxy for a web server inside of a plugin"},
	} {
		fmt.Fprintf(out, "\n== %s\n", show.title)
		if err := program(ctx, out, filepath.Join(dir, show.name+"-host"), "-plugin", filepath.Join(dir, show.name+"-plugin")); err != nil {
			return err
		}
	}
	return nil
}

func program(ctx context.Context, out io.Writer, path string, args ...string) error {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Stdout, cmd.Stderr = out, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", filepath.Base(path), strings.Join(args, " "), err)
	}
	return nil
}

// ping makes one call over a transport, with a codec, and returns a line that says
// what was negotiated.
func ping(ctx context.Context, plugin string, t transport.Transport, c codec.Codec) (string, error) {
	client := tenon.NewClient(tenon.ClientConfig{
		Cookie:     drivers.Cookie,
		Launcher:   launch.Command(plugin),
		Transports: []transport.Transport{t},
		Codecs:     []codec.Codec{c},
		Stderr:     os.Stderr,
	})
	defer client.Close()
	service, call := "plain", pingPlain
	if c.Name() == "proto" {
		service, call = "message", pingMessage
	}
	object, err := client.Dispense(ctx, service, nil)
	if err != nil {
		return "", err
	}
	began := time.Now()
	answer, err := call(ctx, object)
	if err != nil {
		return "", err
	}
	took := time.Since(began)
	info := client.Info()
	return fmt.Sprintf("link %-10s  transport %-8s  codec %-5s  ready in %-8v  %-16q in %v", info.Link, info.Transport,
		object.Codec(), info.ReadyAfter.Round(10*time.Microsecond), answer, took.Round(time.Microsecond)), nil
}

func pingPlain(ctx context.Context, o *tenon.Object) (string, error) {
	var plain struct {
		Ping func(context.Context) (string, error)
	}
	if err := dynamic.BindObject(o, &plain); err != nil {
		return "", err
	}
	return plain.Ping(ctx)
}

func pingMessage(ctx context.Context, o *tenon.Object) (string, error) {
	var message struct {
		Ping func(context.Context, *wrapperspb.StringValue) (*wrapperspb.StringValue, error)
	}
	if err := dynamic.BindObject(o, &message); err != nil {
		return "", err
	}
	pong, err := message.Ping(ctx, wrapperspb.String("you"))
	return pong.GetValue(), err
}
