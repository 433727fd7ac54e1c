package tenon

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestHookAlone: a plugin that runs by itself ends whatever its hook does, and says what.
func TestHookAlone(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	until := make(chan struct{})
	defer close(until)
	for want, f := range map[string]func(context.Context){
		"":                     func(ctx context.Context) { <-ctx.Done() },
		"OnShutdown goes on":   func(context.Context) { <-until },
		"panicked: no memory":  func(context.Context) { panic("no memory") },
		"ended its goroutine":  func(context.Context) { runtime.Goexit() },
		"panicked: not at all": func(ctx context.Context) { panic(map[bool]string{true: "not at all"}[ctx.Err() == nil]) },
	} {
		h := newHook(f)
		err := h.alone(ended, 10*time.Millisecond)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: got %v", want, err)
		}
		h.run(ended) // no second time
	}
	if err := newHook(nil).alone(t.Context(), time.Hour); err != nil {
		t.Error(err)
	}
}
