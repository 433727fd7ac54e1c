package smuxtransport

import (
	"context"
	"testing"

	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/transporttest"
)

// linkNamed returns one of the suite's links.
func linkNamed(tb testing.TB, name string) transporttest.Link {
	tb.Helper()
	for _, l := range transporttest.Links() {
		if l.Name == name {
			return l
		}
	}
	tb.Fatalf("there is no link %q", name)
	return transporttest.Link{}
}

// sessionPair returns both ends of a session, which are closed with the test.
func sessionPair(tb testing.TB, link transporttest.Link, cfg transport.Config, opts ...Option) (host, plugin *session) {
	tb.Helper()
	a, b, err := link.Make()
	if err != nil {
		tb.Fatal(err)
	}
	cfg.Side = transport.Host
	one, err := New(opts...).Session(a, cfg)
	if err != nil {
		tb.Fatal(err)
	}
	cfg.Side = transport.Plugin
	two, err := New(opts...).Session(b, cfg)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		one.Close()
		two.Close()
	})
	return one.(*session), two.(*session)
}

// connect opens a stream and accepts it. One byte has crossed it.
func connect(ctx context.Context, from, to transport.Session) (opened, accepted transport.Stream, err error) {
	if opened, err = from.Open(ctx); err != nil {
		return nil, nil, err
	}
	if _, err = opened.Write([]byte{'!'}); err != nil {
		return nil, nil, err
	}
	if accepted, err = to.Accept(ctx); err != nil {
		return nil, nil, err
	}
	_, err = accepted.Read(make([]byte, 1))
	return opened, accepted, err
}
