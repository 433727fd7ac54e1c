package rpc

import (
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/tenon-dev/tenon/core/internal/leak"
)

// The link of a process that ended ends with io.EOF, which is the clean end of nothing
// that was under way: who leaves a loop at errors.Is(err, io.EOF) must not take a
// crash for that.
func TestEndOfTheLinkIsNoCleanEnd(t *testing.T) {
	type crash struct{ error }
	for name, explain := range map[string]func(error, map[string]int) error{
		"unexplained": nil,
		"explained": func(link error, _ map[string]int) error {
			if errors.Is(link, io.EOF) || !errors.Is(link, io.ErrUnexpectedEOF) {
				t.Errorf("Explain is told %v, which matches io.EOF", link)
			}
			return fmt.Errorf("it crashed: %w", crash{link})
		},
	} {
		t.Run(name, func(t *testing.T) {
			leak.Check(t)
			a, b := net.Pipe()
			p := connect(t, a, b, Config{Explain: explain}, Config{Services: map[string]*Service{"passer": newPasser(&passer{})}})
			o := p.dispense(t, "passer")
			c := begin(t, o, "Digest")
			text, w := io.Pipe() // never ends
			defer w.Close()
			c.PassReader(text)
			done := make(chan error)
			go func() { done <- c.Do(nil, nil) }()
			w.Write([]byte("some"))
			b.Close()
			for when, err := range map[string]error{"a call that ran": <-done, "a later one": o.Call(t.Context(), "Digest", nil, nil)} {
				if !errors.Is(err, Unavailable) || errors.Is(err, io.EOF) {
					t.Errorf("%s: %v, which matches io.EOF: %v", when, err, errors.Is(err, io.EOF))
				}
				if explain != nil && !errors.As(err, new(crash)) {
					t.Errorf("%s: %v does not say what Explain did", when, err)
				}
			}
		})
	}
}

func TestCutOff(t *testing.T) {
	plain, why := errors.New("plain"), errors.New("why")
	if got := cutOffBy(plain); got != plain {
		t.Errorf("got %v", got)
	}
	err := cutOffBy(fmt.Errorf("the link ended: %w", errors.Join(io.EOF, &PanicError{Value: "x"}, why)))
	if errors.Is(err, io.EOF) || !errors.Is(err, io.ErrUnexpectedEOF) || !errors.Is(err, why) || !errors.As(err, new(*PanicError)) {
		t.Errorf("got %v", err)
	}
}
