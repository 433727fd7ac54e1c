package smuxtransport

import (
	"net"

	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/muxlink"
)

// name is the token of the handshake. The number is the version of the smux
// protocol, on which the library's two ends must agree beforehand.
const name = "smux/2"

// Bounds of what a stream may hold that was read, and then is not, and the default.
const (
	minBuffer     = 16 << 10
	maxBuffer     = 16 << 20
	defaultBuffer = 1 << 20
)

// New returns the smux transport. It may be used for any number of links, by any
// number of goroutines.
func New(opts ...Option) transport.Transport {
	t := driver{buffer: defaultBuffer, pool: new(muxlink.Pool)}
	for _, o := range opts {
		o.apply(&t)
	}
	return t
}

// An Option changes a setting of [New]. When one is given twice, the last one
// counts.
type Option interface{ apply(*driver) }

type bufferOption int

func (o bufferOption) apply(t *driver) { t.buffer = min(max(int(o), minBuffer), maxBuffer) }

// StreamBuffer sets how many bytes a stream of this side takes before they are read, once
// it has shown that it is read: every stream begins with 256 KiB, or less where less is
// set here, and up to 16 at a time grow to it. More of them is faster for one bulk stream,
// and makes small messages wait longer beside bulk. The peers need not agree, but a peer's
// stream begins with 256 KiB where this side has set less and the peer has not. Values
// below 16 KiB or above 16 MiB count as those. Default: 1 MiB.
func StreamBuffer(bytes int) Option { return bufferOption(bytes) }

// driver implements [transport.Transport].
type driver struct {
	buffer int
	pool   *muxlink.Pool
}

var _ transport.Transport = driver{}

// This is the contract that the driver was written for.
const _ = transport.Contract1

// Name returns "smux/2".
func (driver) Name() string { return name }

// Supports reports whether link is a stream of bytes, which is all that smux
// needs.
func (driver) Supports(link net.Conn) bool { return muxlink.IsStream(link) }

// Session starts a session over link, which it owns from now on.
func (t driver) Session(link net.Conn, cfg transport.Config) (transport.Session, error) {
	s, err := newSession(link, cfg.WithDefaults(), t.buffer, t.pool)
	if err != nil {
		link.Close()
		return nil, err
	}
	return s, nil
}
