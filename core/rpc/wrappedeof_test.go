package rpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// cutReader ends with an error that wraps io.EOF, and is not it: what it reads from
// broke off. That of another process ends so whose callee returned io.EOF.
type cutReader struct{ text io.Reader }

func (r cutReader) Read(p []byte) (int, error) {
	n, err := r.text.Read(p)
	if err != nil {
		err = fmt.Errorf("read the body: %w", err)
	}
	return n, err
}

func newCutReader() io.Reader { return cutReader{strings.NewReader("some")} }

// wholeDef reads its reader to the end, and says what io.Copy made of it.
var wholeDef = MethodDefinition{Name: "Whole", Result: typeOf[string](), Serve: func(_ context.Context, _ any, in *Incoming) error {
	r, err := in.Reader(0)
	if err != nil {
		return err
	}
	n, err := io.Copy(io.Discard, r)
	return in.Reply(fmt.Sprintf("%d %v", n, err))
}}

// cutDef gives a reader that breaks off.
var cutDef = MethodDefinition{Name: "Cut", Serve: func(_ context.Context, _ any, in *Incoming) error {
	in.ReplyReader(newCutReader())
	return in.Reply(nil)
}}

// copyDef copies a reader that breaks off to its writer, and returns what io.Copy did.
var copyDef = MethodDefinition{Name: "Copy", Result: typeOf[string](), Serve: func(_ context.Context, _ any, in *Incoming) error {
	w, err := in.Writer(0)
	if err != nil {
		return err
	}
	n, err := io.Copy(w, newCutReader())
	return in.Reply(fmt.Sprintf("%d %v", n, err))
}}

// io.EOF itself is a clean end; an error that matches it is none, as for io.Copy.
func TestErrorAroundEOFIsNoCleanEnd(t *testing.T) {
	service := Define(Definition{
		Interface: "Cutter",
		New:       func(context.Context, func(any) error) (any, error) { return new(int), nil },
		Methods:   []MethodDefinition{wholeDef, cutDef, copyDef},
	})
	p := newPair(t, Config{}, Config{Services: map[string]*Service{"cutter": service}})
	o := p.dispense(t, "cutter")

	var got string
	c := begin(t, o, "Whole")
	c.PassReader(newCutReader())
	if err := c.Do(nil, &got); err != nil || !strings.HasPrefix(got, "4 ") || !strings.Contains(got, "read the body: EOF") {
		t.Errorf("an argument: %q, %v", got, err)
	}

	c = begin(t, o, "Cut")
	if err := c.Do(nil, nil); err != nil {
		t.Fatal(err)
	}
	r, err := c.Reader(0)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if string(text) != "some" || err == nil || !errors.Is(err, io.EOF) {
		t.Errorf("a result: %q, %v", text, err)
	}
	r.Close()

	var b strings.Builder
	c = begin(t, o, "Copy")
	c.PassWriter(&b)
	if err := c.Do(nil, &got); err != nil || got != "4 read the body: EOF" || b.String() != "some" {
		t.Errorf("a writer that is copied to: %q, %v; it got %q", got, err, b.String())
	}
	nothingLeft(t, p)
}
