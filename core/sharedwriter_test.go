package tenon_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
)

// aloneWriter notes when it is called twice at a time.
type aloneWriter struct {
	busy  atomic.Int32
	twice atomic.Bool
	text  strings.Builder
}

func (w *aloneWriter) Write(p []byte) (int, error) {
	if w.busy.Add(1) > 1 {
		w.twice.Store(true)
	}
	defer w.busy.Add(-1)
	return w.text.Write(p)
}

// One writer for both outputs is called by one goroutine at a time, as that of an
// exec.Cmd, also when two processes print during a swap.
func TestOneWriterForBothOutputs(t *testing.T) {
	w := &aloneWriter{}
	both := func(cfg *tenon.ClientConfig) { cfg.Stdout, cfg.Stderr = w, w }
	c := newClient(t, "plugin", both)
	g := bind(t, c)
	const lines, times = 200, 20
	out, err := strings.Repeat("out\n", lines), strings.Repeat("err\n", lines)
	printAll := func() {
		var all sync.WaitGroup
		for range times {
			all.Go(func() {
				if err := g.Print(context.Background(), out, err); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
	printAll()
	swapped := make(chan error)
	go func() { swapped <- c.Swap(t.Context(), program("plugin"), tenon.Overlap) }()
	printAll()
	if err := <-swapped; err != nil {
		t.Error(err)
	}
	printAll()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	text := w.text.String()
	for _, line := range []string{"out", "err"} {
		if n := strings.Count(text, line); n != 3*times*lines || w.twice.Load() {
			t.Errorf("%q came %d times, of %d; called twice at a time: %v", line, n, 3*times*lines, w.twice.Load())
		}
	}
}
