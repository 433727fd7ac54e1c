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
	"slices"
	"strings"
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
	counts, read, err := countAll(ctx, counter, text, newProgress(os.Stderr, size))
	if err != nil {
		return err
	}
	report(os.Stdout, counts, read, time.Since(began))
	return nil
}

// countAll hands all of text to counter and adds up what comes back.
func countAll(ctx context.Context, counter *tenon.Object, text io.Reader, progress *progress) (words.Counts, int64, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	type result struct {
		counts words.Counts
		size   int
		err    error
	}
	results := make(chan result, inFlight)
	slots := make(chan struct{}, inFlight)
	readErr := make(chan error, 1)
	started := make(chan int, 1) // how many chunks there were
	go func() {
		n := 0
		var err error
		for chunk := range chunks(text, &err) {
			slots <- struct{}{}
			if ctx.Err() != nil {
				break
			}
			n++
			go func() {
				counts, err := words.Count.Call(ctx, counter, chunk)
				results <- result{counts, len(chunk), err}
				<-slots
			}()
		}
		readErr <- err
		started <- n
	}()
	total := words.Counts{}
	var read int64
	var firstErr error
	want := -1
	for got := 0; got != want; {
		select {
		case r := <-results:
			got++
			if r.err != nil && firstErr == nil {
				firstErr = r.err
				cancel(r.err)
			}
			for w, n := range r.counts {
				total[w] += n
			}
			read += int64(r.size)
			progress.show(read)
		case want = <-started:
		}
	}
	progress.end()
	if err := <-readErr; err != nil {
		return nil, 0, err
	}
	return total, read, firstErr
}

// report prints the most frequent words, and how fast they were counted.
func report(w io.Writer, counts words.Counts, read int64, took time.Duration) {
	type entry struct {
		word  string
		times int
	}
	var all []entry
	for word, times := range counts {
		all = append(all, entry{word, times})
	}
	slices.SortFunc(all, func(a, b entry) int {
		if a.times != b.times {
			return b.times - a.times
		}
		return strings.Compare(a.word, b.word)
	})
	for i, e := range all[:min(top, len(all))] {
		bar := strings.Repeat("█", max(1, 40*e.times/all[0].times))
		fmt.Fprintf(w, "%2d  %-12s %9d  %s\n", i+1, e.word, e.times, bar)
	}
	mb := float64(read) / 1e6
	fmt.Fprintf(w, "%d different words in %.1f MB, %v, %.0f MB/s\n", len(all), mb, took.Round(time.Millisecond), mb/took.Seconds())
}
