package rpc

import (
	"bytes"
	"context"
	"testing"
)

// A context that ends when the answer has just come breaks the stream on which what the
// callee wrote is under way: the call must not succeed without it.
func TestContextEndsBeforeAllIsWritten(t *testing.T) {
	var cancel context.CancelFunc
	impl := &passer{kept: make(chan *Object, 10)}
	p := newPair(t, Config{Interceptors: []Interceptor{func(ctx context.Context, _ *CallInfo, next func(context.Context) error) error {
		defer cancel()
		return next(ctx)
	}}}, Config{Services: map[string]*Service{"passer": newPasser(impl)}})
	o := p.dispense(t, "passer")
	const size = 64
	failed := 0
	for range 2000 {
		var ctx context.Context
		ctx, cancel = context.WithCancel(t.Context())
		c, err := o.Begin(ctx, "Fill")
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		c.PassWriter(&got)
		err = c.Do(size, nil)
		cancel()
		switch {
		case err != nil:
			failed++
		case got.Len() != size:
			t.Fatalf("the call succeeded, and %d of %d bytes were written", got.Len(), size)
		}
	}
	t.Logf("%d of 2000 calls failed", failed)
	nothingLeft(t, p)
}
