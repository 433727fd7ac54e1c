package yamuxtransport

import (
	"net"

	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/muxlink"
)

// name is the token of the handshake. The number is yamux's own, of the bytes on
// the wire: there is only this one version.
const name = "yamux/1"

// maxWindow bounds what a stream may cost that was read, and then is not.
const maxWindow = 16 << 20

// defaultWindow is the window of a stream that is read.
const defaultWindow = 1 << 20

// New returns the yamux transport. It may be used for any number of links, by
// any number of goroutines.
func New(opts ...Option) transport.Transport {
	t := driver{window: defaultWindow, pool: new(muxlink.Pool)}
	for _, o := range opts {
		o.apply(&t)
	}
	return t
}

// An Option changes a setting of [New]. When one is given twice, the last one
// counts.
type Option interface{ apply(*driver) }

type windowOption int

func (o windowOption) apply(t *driver) {
	t.window = uint32(min(max(int(o), initialWindow), maxWindow))
}

// Window sets how many bytes a stream of this side takes before they are read, once it
// has shown that it is read: every stream begins with 256 KiB, the least that the
// protocol knows, and up to 16 at a time grow to what is set here. More of them is faster
// for one bulk stream, and makes small messages wait longer beside bulk. The peers need
// not agree. Values below 256 KiB or above 16 MiB count as those. Default: 1 MiB.
func Window(bytes int) Option { return windowOption(bytes) }

// driver implements [transport.Transport].
type driver struct {
	window uint32
	pool   *muxlink.Pool
}

var _ transport.Transport = driver{}

// This is the contract that the driver was written for.
const _ = transport.Contract1

// Name returns "yamux/1".
func (driver) Name() string { return name }

// Supports reports whether link is a stream of bytes, which is all that yamux
// needs.
func (driver) Supports(link net.Conn) bool { return muxlink.IsStream(link) }

// Session starts a session over link, which it owns from now on.
func (t driver) Session(link net.Conn, cfg transport.Config) (transport.Session, error) {
	s, err := newSession(link, cfg.WithDefaults(), t.window, t.pool)
	if err != nil {
		link.Close()
		return nil, err
	}
	return s, nil
}
