package main

import (
	"fmt"
	"io"
	"sync"
)

// An output is where results go. It remembers that something was not written, since most
// of what prints does not ask: a script must not take a half for the whole.
type output struct {
	w io.Writer

	mu  sync.Mutex
	err error
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	n, err := o.w.Write(p)
	if err != nil && o.err == nil {
		o.err = err
	}
	return n, err
}

// Unwrap returns the writer behind o, which may be a terminal.
func (o *output) Unwrap() io.Writer { return o.w }

// lost returns err or, where that has not failed, why not all was written.
func (o *output) lost(err error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err == nil && o.err != nil {
		return fmt.Errorf("print the result: %w", o.err)
	}
	return err
}
