package rpctest

import (
	"context"
	"net"
	"sync/atomic"
	"testing"

	"github.com/tenon-dev/tenon/core/transport"
)

// testOpenerSpeaksFirst does what opens streams from both sides, over a transport that
// fails the test where the side that accepted one writes before it has read: smux loses
// what it writes.
func testOpenerSpeaksFirst(t *testing.T, tr transport.Transport) {
	w := &listening{Transport: tr, t: t}
	t.Run("streams", func(t *testing.T) { testStreams(t, w) })
	t.Run("connection", func(t *testing.T) { testConnection(t, w) })
	t.Run("passed on", func(t *testing.T) { testPassedOn(t, w) })
	if w.accepted.Load() == 0 {
		t.Error("no stream was opened")
	}
}

// listening is a transport that watches who speaks first.
type listening struct {
	transport.Transport
	t        *testing.T
	accepted atomic.Int64
}

func (l *listening) Session(link net.Conn, cfg transport.Config) (transport.Session, error) {
	s, err := l.Transport.Session(link, cfg)
	if err != nil {
		return nil, err
	}
	return &listeningSession{s, l}, nil
}

type listeningSession struct {
	transport.Session
	l *listening
}

func (s *listeningSession) Accept(ctx context.Context) (transport.Stream, error) {
	st, err := s.Session.Accept(ctx)
	if err != nil {
		return nil, err
	}
	s.l.accepted.Add(1)
	return &listeningStream{Stream: st, l: s.l}, nil
}

type listeningStream struct {
	transport.Stream
	l    *listening
	read atomic.Bool
}

func (s *listeningStream) Read(p []byte) (int, error) {
	n, err := s.Stream.Read(p)
	if n > 0 {
		s.read.Store(true)
	}
	return n, err
}

func (s *listeningStream) Write(p []byte) (int, error) {
	if !s.read.Load() {
		s.l.t.Error("who accepted a stream wrote before it had read")
	}
	return s.Stream.Write(p)
}
