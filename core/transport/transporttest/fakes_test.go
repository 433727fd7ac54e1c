package transporttest

import (
	"context"
	"io"
	"net"
	"sync"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/directtransport"
)

// A fake is a good transport that was broken in one way.
type fake struct {
	name     string
	caughtBy []string
	says     string // part of what the case must say, if it matters
	link     *Link  // default: a pipe

	rename  string
	config  func(cfg transport.Config) transport.Config
	over    func(link net.Conn) net.Conn
	start   func(link net.Conn, cfg transport.Config) error
	session func(s transport.Session, link net.Conn) transport.Session
	stream  func(s transport.Stream, sess *fakeSession) transport.Stream
}

func (f fake) transport() transport.Transport {
	return &fakeTransport{fake: f, Transport: directtransport.New()}
}

type fakeTransport struct {
	transport.Transport
	fake fake
}

func (t *fakeTransport) Name() string {
	if t.fake.rename != "" {
		return t.fake.rename
	}
	return t.Transport.Name()
}

func (t *fakeTransport) Session(link net.Conn, cfg transport.Config) (transport.Session, error) {
	if t.fake.start != nil {
		if err := t.fake.start(link, cfg); err != nil {
			return nil, err
		}
	}
	if t.fake.config != nil {
		cfg = t.fake.config(cfg.WithDefaults())
	}
	raw := link
	if t.fake.over != nil {
		link = t.fake.over(link)
	}
	s, err := t.Transport.Session(link, cfg)
	if err != nil {
		return nil, err
	}
	if t.fake.session != nil {
		s = t.fake.session(s, raw)
	}
	return &fakeSession{Session: s, fake: t.fake}, nil
}

// fakeSession wraps the streams of a session.
type fakeSession struct {
	transport.Session
	fake fake
	mu   sync.Mutex // for fakes that need one for all streams
}

func (s *fakeSession) Open(ctx context.Context) (transport.Stream, error) {
	st, err := s.Session.Open(ctx)
	return s.wrap(st, err)
}

func (s *fakeSession) Accept(ctx context.Context) (transport.Stream, error) {
	st, err := s.Session.Accept(ctx)
	return s.wrap(st, err)
}

func (s *fakeSession) wrap(st transport.Stream, err error) (transport.Stream, error) {
	if err != nil || s.fake.stream == nil {
		return st, err
	}
	return s.fake.stream(st, s), nil
}

// streamFuncs is a stream some of whose methods are replaced.
type streamFuncs struct {
	transport.Stream
	read     func(p []byte) (int, error)
	write    func(p []byte) (int, error)
	close    func() error
	deadline func(t time.Time) error
}

func (s *streamFuncs) Read(p []byte) (int, error) {
	if s.read != nil {
		return s.read(p)
	}
	return s.Stream.Read(p)
}

func (s *streamFuncs) Write(p []byte) (int, error) {
	if s.write != nil {
		return s.write(p)
	}
	return s.Stream.Write(p)
}

func (s *streamFuncs) Close() error {
	if s.close != nil {
		return s.close()
	}
	return s.Stream.Close()
}

func (s *streamFuncs) SetReadDeadline(t time.Time) error {
	if s.deadline != nil {
		return s.deadline(t)
	}
	return s.Stream.SetReadDeadline(t)
}

// sessionFuncs is a session some of whose methods are replaced.
type sessionFuncs struct {
	transport.Session
	open   func(ctx context.Context) (transport.Stream, error)
	accept func(ctx context.Context) (transport.Stream, error)
	done   func() <-chan struct{}
	err    func() error
	close  func() error
}

func (s *sessionFuncs) Open(ctx context.Context) (transport.Stream, error) {
	if s.open != nil {
		return s.open(ctx)
	}
	return s.Session.Open(ctx)
}

func (s *sessionFuncs) Accept(ctx context.Context) (transport.Stream, error) {
	if s.accept != nil {
		return s.accept(ctx)
	}
	return s.Session.Accept(ctx)
}

func (s *sessionFuncs) Done() <-chan struct{} {
	if s.done != nil {
		return s.done()
	}
	return s.Session.Done()
}

func (s *sessionFuncs) Err() error {
	if s.err != nil {
		return s.err()
	}
	return s.Session.Err()
}

func (s *sessionFuncs) Close() error {
	if s.close != nil {
		return s.close()
	}
	return s.Session.Close()
}

// connFuncs is a link some of whose methods are replaced.
type connFuncs struct {
	net.Conn
	read  func(p []byte) (int, error)
	write func(p []byte) (int, error)
	close func() error
}

func (c *connFuncs) Read(p []byte) (int, error) {
	if c.read != nil {
		return c.read(p)
	}
	return c.Conn.Read(p)
}

func (c *connFuncs) Write(p []byte) (int, error) {
	if c.write != nil {
		return c.write(p)
	}
	return c.Conn.Write(p)
}

func (c *connFuncs) Close() error {
	if c.close != nil {
		return c.close()
	}
	return c.Conn.Close()
}

// laterWriter writes what it is given after Write has returned, in order, from
// the very slices that it was given if keep is set, and without any bound.
type laterWriter struct {
	to   io.Writer
	keep bool
	mu   sync.Mutex
	todo [][]byte
	busy bool
}

func (w *laterWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	kept := p
	if !w.keep {
		kept = append([]byte(nil), p...)
	}
	w.todo = append(w.todo, kept)
	if !w.busy {
		w.busy = true
		go w.run()
	}
	return len(p), nil
}

func (w *laterWriter) run() {
	for {
		pause(moment / 10)
		w.mu.Lock()
		if len(w.todo) == 0 {
			w.busy = false
			w.mu.Unlock()
			return
		}
		next := w.todo[0]
		w.todo = w.todo[1:]
		w.mu.Unlock()
		w.to.Write(next)
	}
}

// pickyTransport supports no link at all.
type pickyTransport struct{ transport.Transport }

func (pickyTransport) Supports(net.Conn) bool { return false }
