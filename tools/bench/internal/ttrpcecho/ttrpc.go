// Package ttrpcecho is containerd's ttrpc as a subject.
package ttrpcecho

import (
	"context"

	"github.com/containerd/ttrpc"

	"github.com/tenon-dev/tenon/tools/bench/internal/child"
	"github.com/tenon-dev/tenon/tools/bench/internal/echopb"
	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

const service = "tenon.bench.echo.Echo"

// TTRPC is the subject.
type TTRPC struct{}

var _ subject.Subject = TTRPC{}

// Label implements [subject.Subject].
func (TTRPC) Label() subject.Label { return subject.Label{Subject: "ttrpc"} }

// Role implements [subject.Subject].
func (TTRPC) Role() string { return "ttrpc" }

// Settings implements [subject.Subject].
func (TTRPC) Settings() string {
	return "unix socket, one client for all callers, generated protobuf; defaults"
}

// Start implements [subject.Subject].
func (TTRPC) Start(ctx context.Context, p subject.Program) (subject.Session, error) {
	c, err := child.Start(ctx, p)
	if err != nil {
		return nil, err
	}
	conn, err := c.Dial(ctx)
	if err != nil {
		c.Close()
		return nil, err
	}
	return &session{Child: c, client: ttrpc.NewClient(conn)}, nil
}

type session struct {
	*child.Child
	client *ttrpc.Client
}

func (s *session) Caller(ctx context.Context, w subject.Work) (subject.Call, func(), error) {
	if w.Kind != subject.Echo {
		return nil, nil, subject.ErrNoSuchWork
	}
	call, err := echopb.Unary{
		Bytes: func(ctx context.Context, b *echopb.Blob) (*echopb.Blob, error) {
			var reply echopb.Blob
			err := s.client.Call(ctx, service, "Bytes", b, &reply)
			return &reply, err
		},
		Struct: func(ctx context.Context, t *echopb.Typical) (*echopb.Typical, error) {
			var reply echopb.Typical
			err := s.client.Call(ctx, service, "Struct", t, &reply)
			return &reply, err
		},
	}.Caller(ctx, w)
	return call, func() {}, err
}

func (s *session) Close() error {
	s.client.Close()
	return s.Child.Close()
}

// Serve is the program of [TTRPC]. It returns when it cannot listen, and
// otherwise ends with the host.
func Serve() error {
	l, err := child.Listen()
	if err != nil {
		return err
	}
	server, err := ttrpc.NewServer()
	if err != nil {
		return err
	}
	server.Register(service, map[string]ttrpc.Method{
		"Bytes":  echo[echopb.Blob],
		"Struct": echo[echopb.Typical],
	})
	return server.Serve(context.Background(), l)
}

// echo decodes an M and sends it back.
func echo[M any](_ context.Context, unmarshal func(any) error) (any, error) {
	m := new(M)
	if err := unmarshal(m); err != nil {
		return nil, err
	}
	return m, nil
}
