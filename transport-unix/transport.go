package unixtransport

import (
	"net"

	"github.com/tenon-dev/tenon/core/transport"
)

// name is the token of the handshake. Its number changes with the bytes on the
// wire.
const name = "unix/1"

// The bounds of [SendBuffer], and what it is by default: what sockets have where
// nobody has changed it. The least is more than what Tenon counts on: so much it
// writes before it asks itself whether the peer reads.
const (
	leastBuffer   = 64 << 10
	mostBuffer    = 64 << 20
	defaultBuffer = 104 << 10
)

// New returns the transport "unix/1". The value may be used by many goroutines
// and for many links.
func New(opts ...Option) transport.Transport {
	d := driver{buffer: defaultBuffer}
	for _, o := range opts {
		o.apply(&d)
	}
	return d
}

// An Option changes a setting of [New]. When one is given twice, the last one
// counts.
type Option interface{ apply(*driver) }

type bufferOption int

func (o bufferOption) apply(d *driver) { d.buffer = min(max(int(o), leastBuffer), mostBuffer) }

// SendBuffer sets how many bytes this side may have under way on a stream before
// the peer reads them. The kernel is asked for so much; it takes what its
// administrator allows (net.core.wmem_max), doubles it, and counts its own overhead
// too. More let one bulk stream run faster, fewer let small messages pass beside it
// sooner. The peers need not agree. Values below 64 KiB or above 64 MiB count as
// those. Default: 104 KiB.
func SendBuffer(bytes int) Option { return bufferOption(bytes) }

// driver implements [transport.Transport].
type driver struct{ buffer int }

var _ transport.Transport = driver{}

// This is the contract that the driver was written for.
const _ = transport.Contract1

// Name returns "unix/1".
func (driver) Name() string { return name }

// Supports reports whether link is a unix stream socket itself, not something
// around one, and the system can pass descriptors over it as this package needs
// it, which is Linux.
func (driver) Supports(link net.Conn) bool { return supports(link) }

// Session starts a session over link, which it owns from now on.
func (d driver) Session(link net.Conn, cfg transport.Config) (transport.Session, error) {
	s, err := startSession(link, cfg.WithDefaults(), d.buffer)
	if err != nil {
		if link != nil {
			link.Close()
		}
		return nil, err
	}
	return s, nil
}
