package main

import (
	"net"

	"github.com/tenon-dev/tenon/core/transport"
)

// A deaf transport agrees to everything, and then hears nothing: the plugin starts, and
// answers no call.
type deaf struct{ transport.Transport }

// Session returns one that takes no streams.
func (d deaf) Session(link net.Conn, cfg transport.Config) (transport.Session, error) {
	s, err := d.Transport.Session(link, cfg)
	return deafSession{s}, err
}

type deafSession struct{ transport.Session }

func (s deafSession) Accept(ctx context) (transport.Stream, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-s.Done():
		return nil, s.Err()
	}
}
