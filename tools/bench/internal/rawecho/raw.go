// Package rawecho is the limit: a fixed number of bytes written to a unix socket
// and as many read back, with no frames, no codec, and no multiplexing.
package rawecho

import (
	"bytes"
	"context"
	"io"
	"net"
	"sync"

	"github.com/tenon-dev/tenon/tools/bench/internal/child"
	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

// Raw is the subject.
type Raw struct{}

var _ subject.Subject = Raw{}

// Label implements [subject.Subject].
func (Raw) Label() subject.Label { return subject.Label{Subject: "raw"} }

// Role implements [subject.Subject].
func (Raw) Role() string { return "raw" }

// Settings implements [subject.Subject].
func (Raw) Settings() string {
	return "one unix socket for each caller, default buffers; Write and io.ReadFull of a fixed size, in place of the struct its size as bytes"
}

// Start implements [subject.Subject].
func (Raw) Start(ctx context.Context, p subject.Program) (subject.Session, error) {
	c, err := child.Start(ctx, p)
	if err != nil {
		return nil, err
	}
	return &session{Child: c, conns: map[net.Conn]bool{}}, nil
}

type session struct {
	*child.Child

	mu     sync.Mutex
	conns  map[net.Conn]bool
	closed bool
}

func (s *session) Caller(ctx context.Context, w subject.Work) (subject.Call, func(), error) {
	out := w.Data
	if w.Kind != subject.Echo {
		return s.streaming(ctx, w)
	}
	if len(out) == 0 {
		out = []byte{0} // a socket carries no empty message
	}
	size := len(out)
	conn, err := s.Dial(ctx)
	if err != nil {
		return nil, nil, err
	}
	if !s.add(conn) {
		return nil, nil, net.ErrClosed
	}
	in := make([]byte, size)
	call := func(context.Context) error {
		if _, err := conn.Write(out); err != nil {
			return err
		}
		_, err := io.ReadFull(conn, in)
		return err
	}
	_, err = conn.Write(request{subject.Echo, size}.bytes())
	if err == nil {
		err = call(ctx)
	}
	if err == nil && !bytes.Equal(in, out) {
		err = subject.WrongReply(w)
	}
	if err != nil {
		s.drop(conn)
		return nil, nil, err
	}
	return call, func() { s.drop(conn) }, nil
}

// add keeps conn to be closed with the session.
func (s *session) add(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		conn.Close()
		return false
	}
	s.conns[conn] = true
	return true
}

func (s *session) drop(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, conn)
	conn.Close()
}

func (s *session) Close() error {
	s.mu.Lock()
	s.closed = true
	for conn := range s.conns {
		conn.Close()
	}
	s.mu.Unlock()
	return s.Child.Close()
}
