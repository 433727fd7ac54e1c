// Command host keeps values with the help of a plugin.
//
//	host -plugin ./plugin [-data file]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"strings"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/examples/kv/kv"
)

func main() {
	plugin := flag.String("plugin", "./plugin", "the plugin's executable `file`")
	data := flag.String("data", "", "the `file` that keeps the values (default: one that is removed again)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, *plugin, *data); err != nil {
		log.Fatal(err)
	}
}

// watcher prints what changes.
type watcher struct{ out io.Writer }

func (w watcher) Changed(_ context.Context, key string, value []byte) error {
	_, err := fmt.Fprintf(w.out, "changed: %s = %s\n", key, value)
	return err
}

func run(ctx context.Context, out io.Writer, plugin, data string) error {
	if data == "" {
		dir, err := os.MkdirTemp("", "tenon-kv-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		data = filepath.Join(dir, "data")
	}
	client := tenon.NewClient(tenon.ClientConfig{
		Cookie:   kv.StoreCookie,
		Launcher: launch.Command(plugin),
		Codecs:   kv.Codecs,
		Stderr:   os.Stderr,
	})
	defer client.Close()
	store, err := kv.DispenseStore(ctx, client, "kv", kv.Config{Path: data})
	if err != nil {
		return err
	}
	defer store.Close()
	return use(ctx, out, store)
}

// use uses a store. Whether that is in another process makes no difference to it.
func use(ctx context.Context, out io.Writer, store kv.Store) error {
	if _, err := store.Get(ctx, "answer"); errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintln(out, "there is no answer yet")
	}
	watching, err := store.Watch(ctx, "a", watcher{out})
	if err != nil {
		return err
	}
	if err := store.Put(ctx, "answer", []byte("42")); err != nil {
		return err
	}
	if err := watching.Close(); err != nil {
		return err
	}
	stats, err := store.Import(ctx, strings.NewReader("apple=red\nbanana=yellow\napricot=orange\n"), func(n int64) {
		fmt.Fprintf(out, "imported %d bytes\n", n)
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "imported %d entries\n", stats.Entries)
	for entry, err := range store.List(ctx, "a") {
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s = %s\n", entry.Key, entry.Value)
	}
	return nil
}
