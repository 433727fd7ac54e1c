package muxlink

import (
	"bytes"
	"testing"
	"time"
)

// guard bounds what must not hang.
const guard = 20 * time.Second

// within fails the test unless f returns in time.
func within(t *testing.T, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(guard):
		t.Fatalf("%s: did not return within %v", what, guard)
	}
}

// TestSkip checks what is left of parts of which some bytes were taken.
func TestSkip(t *testing.T) {
	for n := range 7 {
		got := bytes.Join(skip([][]byte{[]byte("ab"), []byte("c"), {}, []byte("def")}, n), nil)
		if want := "abcdef"[n:]; string(got) != want {
			t.Errorf("skip %d: %q, want %q", n, got, want)
		}
	}
}
