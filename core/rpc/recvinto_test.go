package rpc

import (
	"context"
	"io"
	"testing"
)

// TestRecvIntoReplacesAll wants RecvInto to leave nothing of what was there, and to
// need no memory where the codec can do without.
func TestRecvIntoReplacesAll(t *testing.T) {
	type entry struct {
		Name string            `json:",omitempty"`
		Tags map[string]string `json:",omitempty"`
	}
	values := BidiStream[entry, entry]{Name: "Values"}
	bytes := BidiStream[[]byte, []byte]{Name: "Bytes"}
	p := newPair(t, Config{}, Config{Services: map[string]*Service{"s": NewService(
		func(context.Context, struct{}) (*struct{}, error) { return nil, nil },
		HandleBidiStream(values, func(_ *struct{}, _ context.Context, s *Stream[entry, entry]) error {
			var e entry
			for {
				if err := s.RecvInto(&e); err == io.EOF {
					return nil
				} else if err != nil {
					return err
				}
				if err := s.Send(e); err != nil {
					return err
				}
			}
		}),
		HandleBidiStream(bytes, func(_ *struct{}, _ context.Context, s *Stream[[]byte, []byte]) error {
			for _, b := range []string{"a long one", "short", ""} {
				if err := s.Send([]byte(b)); err != nil {
					return err
				}
			}
			return nil
		}),
	)}})
	o := p.dispense(t, "s")
	s, err := values.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	var got entry
	for _, sent := range []entry{{"first", map[string]string{"a": "1"}}, {"", map[string]string{"b": "2"}}, {}} {
		if err := s.Send(sent); err != nil {
			t.Fatal(err)
		}
		if err := s.RecvInto(&got); err != nil || got.Name != sent.Name || len(got.Tags) != len(sent.Tags) || got.Tags["b"] != sent.Tags["b"] {
			t.Errorf("sent %+v, got %+v, %v", sent, got, err)
		}
	}
	s.CloseSend()
	if err := s.RecvInto(&got); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}

	b, err := bytes.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	var chunk []byte
	for _, want := range []string{"a long one", "short", ""} {
		if err := b.RecvInto(&chunk); err != nil || string(chunk) != want {
			t.Errorf("got %q, %v, want %q", chunk, err, want)
		}
	}
	if err := b.RecvInto(&chunk); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
	nothingLeft(t, p)
}
