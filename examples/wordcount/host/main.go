// Command host counts the words of a text file with the help of a plugin: it
// hands the text over in chunks, several in flight, and prints the most frequent
// words.
//
//	host -plugin ./plugin [file]
//
// Without a file it makes up a text.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/examples/wordcount/words"
)

const (
	inFlight = 8  // chunks that the plugin works on at a time
	top      = 10 // words that are printed
)

func main() {
	plugin := flag.String("plugin", "./plugin", "the plugin's executable `file`")
	size := flag.Int64("size", 64, "how many `MB` of text to make up when no file is given")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *plugin, flag.Arg(0), *size<<20); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, plugin, file string, size int64) error {
	text := madeUp(size)
	if file != "" {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return err
		}
		text, size = f, info.Size()
	}
	client := tenon.NewClient(tenon.ClientConfig{
		Cookie:     words.Cookie,
		Launcher:   launch.Command(plugin),
		Transports: words.Transports,
		Codecs:     words.Codecs,
	})
	defer client.Close()
	counter, err := client.Dispense(ctx, "wordcount", nil)
	if err != nil {
		return err
	}
	began := time.Now()
	read, err := addAll(ctx, counter, text, newProgress(os.Stderr, size))
	if err != nil {
		return err
	}
	summary, err := words.Top.Call(ctx, counter, top)
	if err != nil {
		return err
	}
	report(os.Stdout, summary, read, time.Since(began))
	return nil
}

// addAll hands all of text to counter, in pieces, and returns how much it was.
func addAll(ctx context.Context, counter *tenon.Object, text io.Reader, progress *progress) (int64, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var sent sync.WaitGroup
	var read atomic.Int64
	var readErr error
	slots := make(chan struct{}, inFlight)
	for chunk := range chunks(text, &readErr) {
		slots <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		sent.Add(1)
		go func() {
			defer sent.Done()
			if _, err := words.Add.Call(ctx, counter, chunk); err != nil {
				cancel(err) // the first one counts
			}
			read.Add(int64(len(chunk)))
			<-slots
		}()
		progress.show(read.Load())
	}
	sent.Wait()
	progress.end()
	if err := context.Cause(ctx); err != nil {
		return 0, err
	}
	return read.Load(), readErr
}

// report prints the most frequent words, and how fast they were counted.
func report(w io.Writer, summary words.Summary, read int64, took time.Duration) {
	for i, c := range summary.Words {
		bar := strings.Repeat("█", max(1, 40*c.Times/summary.Words[0].Times))
		fmt.Fprintf(w, "%2d  %-12s %9d  %s\n", i+1, c.Word, c.Times, bar)
	}
	mb := float64(read) / 1e6
	fmt.Fprintf(w, "%d different words in %.1f MB, %v, %.0f MB/s\n", summary.Different, mb, took.Round(time.Millisecond), mb/took.Seconds())
}
