package examples

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/examples/demo/drivers"
)

// manyStreams is how many streams are open at a time with the limit raised.
const manyStreams = 10_000

// TestManyStreams has so many connections open to one plugin, in a process of its
// own: over unix/1 each takes a descriptor on either side.
func TestManyStreams(t *testing.T) {
	many := manyStreams
	if testing.Short() {
		many = 1000
	}
	for _, tr := range drivers.Transports {
		t.Run(tr.Name(), func(t *testing.T) {
			client := tenon.NewClient(tenon.ClientConfig{
				Cookie:     drivers.Cookie,
				Launcher:   launch.Command(os.Args[0], launch.Setenv(playPlugin+"=1")),
				Transports: []transport.Transport{tr},
				Codecs:     []codec.Codec{drivers.Codecs[0]},
				Errors:     matrixErrors,
				Limits:     tenon.Limits{Streams: manyStreams},
				Stderr:     os.Stderr,
			})
			defer client.Close()
			var l struct {
				Dial func(context.Context) (net.Conn, error)
			}
			if err := dynamic.Bind(t.Context(), client, "live", &l); err != nil {
				t.Fatal(err)
			}
			conns := make([]net.Conn, many)
			inParallel(t, many, func(i int) (err error) {
				if conns[i], err = l.Dial(t.Context()); err != nil {
					return err
				}
				return pingOver(conns[i], i)
			})
			inParallel(t, many, func(i int) error { // all of them are open
				if err := pingOver(conns[i], i); err != nil {
					return err
				}
				return conns[i].Close()
			})
		})
	}
}

func pingOver(c net.Conn, i int) error {
	text := fmt.Sprintf("%08d", i)
	if _, err := io.WriteString(c, text); err != nil {
		return err
	}
	echo := make([]byte, len(text))
	if _, err := io.ReadFull(c, echo); err != nil || string(echo) != text {
		return fmt.Errorf("sent %q, got %q: %w", text, echo, err)
	}
	return nil
}

// inParallel calls f for each of many, some at a time.
func inParallel(t *testing.T, many int, f func(i int) error) {
	t.Helper()
	next := make(chan int)
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			for i := range next {
				if err := f(i); err != nil {
					t.Errorf("stream %d of %d: %v", i, many, err)
				}
			}
		})
	}
	for i := range many {
		if t.Failed() {
			break
		}
		next <- i
	}
	close(next)
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
}
