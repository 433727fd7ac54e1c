// Command host streams to a plugin and from it: text in and matches out, a large
// file in constant memory, numbers both ways.
//
//	host -plugin ./plugin [-size MB]
package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/examples/streaming/archive"
)

func main() {
	plugin := flag.String("plugin", "./plugin", "the plugin's executable `file`")
	size := flag.Int64("size", 256, "how many `MB` to send through a reader")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, *plugin, *size<<20); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer, plugin string, size int64) error {
	client := tenon.NewClient(tenon.ClientConfig{
		Cookie:   archive.Cookie,
		Launcher: launch.Command(plugin),
		Codecs:   archive.Codecs,
	})
	defer client.Close()
	var a archive.Client
	if err := dynamic.Bind(ctx, client, "archive", &a); err != nil {
		return err
	}
	for _, show := range []func(context.Context, io.Writer, *archive.Client) error{search, totals, squeeze, open} {
		if err := show(ctx, out, &a); err != nil {
			return err
		}
	}
	return digest(ctx, out, &a, size)
}

// search passes a reader and draws from the sequence that comes back. Leaving the
// loop ends the call on both sides, although the text has no end.
func search(ctx context.Context, out io.Writer, a *archive.Client) error {
	text := endlessHay()
	defer text.Close()
	found := 0
	for match, err := range a.Search(ctx, "needle", text) {
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "line %d: %s\n", match.Line, match.Text)
		if found++; found == 3 {
			break
		}
	}
	return nil
}

// endlessHay returns a text in which every thousandth line has a needle.
func endlessHay() io.ReadCloser {
	r, w := io.Pipe()
	go func() { // ends when r is closed
		for n := 1; ; n++ {
			line := "hay hay hay\n"
			if n%1000 == 0 {
				line = fmt.Sprintf("a needle, number %d\n", n/1000)
			}
			if _, err := io.WriteString(w, line); err != nil {
				return
			}
		}
	}()
	return r
}

// totals sends a sequence and receives one at the same time.
func totals(ctx context.Context, out io.Writer, a *archive.Client) error {
	fmt.Fprint(out, "running totals:")
	for sum, err := range a.Totals(ctx, slices.Values([]int{1, 2, 3, 4, 5})) {
		if err != nil {
			return err
		}
		fmt.Fprint(out, " ", sum)
	}
	fmt.Fprintln(out)
	return nil
}

// squeeze passes a reader and a writer.
func squeeze(ctx context.Context, out io.Writer, a *archive.Client) error {
	text := strings.Repeat("the same again, ", 100_000)
	var packed bytes.Buffer
	if err := a.Squeeze(ctx, strings.NewReader(text), &packed); err != nil {
		return err
	}
	z, err := gzip.NewReader(&packed)
	if err != nil {
		return err
	}
	smaller := len(text) / max(packed.Len(), 1)
	back, err := io.ReadAll(z)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "compressed: more than %d times smaller, and the same again: %v\n", smaller/100*100, string(back) == text)
	return nil
}

// open gets a reader from the plugin, and the plugin's error as what it is.
func open(ctx context.Context, out io.Writer, a *archive.Client) error {
	page, err := a.Open(ctx, 1)
	if err != nil {
		return err
	}
	defer page.Close()
	text, err := io.ReadAll(page)
	if err != nil {
		return err
	}
	_, err = a.Open(ctx, 2)
	fmt.Fprintf(out, "page 1: %s; page 2 is not found: %v\n", text, errors.Is(err, tenon.NotFound))
	return nil
}

// digest sends much more than either process may keep in memory.
func digest(ctx context.Context, out io.Writer, a *archive.Client, size int64) error {
	began := time.Now()
	sum, n, err := a.Digest(ctx, io.LimitReader(zeros{}, size))
	if err != nil {
		return err
	}
	took := time.Since(began)
	theirs, err := a.Peak(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "digest of %d MB: %x…\n", n>>20, sum[:4])
	fmt.Fprintf(out, "at %.0f MB/s; peak memory: host %d MB, plugin %d MB\n", float64(n)/1e6/took.Seconds(), archive.Peak()>>20, theirs>>20)
	return nil
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
