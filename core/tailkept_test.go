package tenon_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/internal/leak"
)

// writerFunc is a writer of a host.
type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// TestWriterThatFails: a host whose own writer fails still learns how its plugin ended.
func TestWriterThatFails(t *testing.T) {
	for name, w := range map[string]writerFunc{
		"fails":  func([]byte) (int, error) { return 0, errors.New("disk full") },
		"panics": func([]byte) (int, error) { panic("nil map") },
		"short":  func(p []byte) (int, error) { return len(p) - 1, nil },
	} {
		leak.Check(t)
		calls, failed := 0, make(chan struct{})
		c := newClient(t, "plugin", func(cfg *tenon.ClientConfig) {
			cfg.Stderr = writerFunc(func(p []byte) (int, error) {
				if calls++; calls == 1 {
					defer close(failed)
				}
				return w(p)
			})
		})
		g := bind(t, c)
		if err := g.Print(t.Context(), "", "a word\n"); err != nil {
			t.Fatal(err)
		}
		select {
		case <-failed:
		case <-time.After(10 * time.Second):
			t.Fatal("the writer was not called")
		}
		err := g.Die(t.Context(), "no such index")
		crash := as[*tenon.CrashError](t, err)
		if !strings.Contains(crash.Panic, "no such index") || !strings.HasPrefix(crash.StderrTail, "a word\n") {
			t.Errorf("%s: the error is %v, the panic %q, the end of stderr %q", name, err, crash.Panic, crash.StderrTail)
		}
		<-c.Done()
		if calls != 1 {
			t.Errorf("%s: the writer was called %d times", name, calls)
		}
	}
}
