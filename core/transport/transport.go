package transport

import (
	"context"
	"io"
	"log/slog"
	"net"
	"time"
)

// Contract1 names the contract that this package states today. A driver
// refers to it, so that a driver and a core that do not fit each other fail to
// compile with a name that says why, instead of failing on the wire.
const Contract1 = 1

// A Transport turns a link into a [Session] of streams. It holds configuration
// only: making one does no I/O, and one value may be used by many goroutines
// and for many links.
type Transport interface {
	// Name is the token by which host and plugin agree on a transport during the
	// handshake. It carries the version of the bytes on the wire ("yamux/1",
	// "smux/2"): two transports with equal names understand each other.
	Name() string

	// Supports reports whether this transport can run over link. It is asked
	// before the handshake, must not do I/O, and false only means that the
	// transport is not offered there.
	Supports(link net.Conn) bool

	// Session starts a session over link. The session owns link from this call
	// on, also when it returns an error: then it has closed link.
	// Both sides call it, with different values of [Config.Side], and neither
	// waits for the other.
	Session(link net.Conn, cfg Config) (Session, error)
}

// A Session carries many streams over one link. All methods may be called
// concurrently.
//
// Streams are independent: as many as [Config.MaxStreams] of them may stay
// unread, and full, without stopping the others.
type Session interface {
	// Open opens a stream. ctx bounds the opening only, not the life of the
	// stream. The peer learns of the stream at the latest from the first bytes
	// written, and the side that opens must write first: what an accepter sends
	// before it has read may be lost.
	Open(ctx context.Context) (Stream, error)

	// Accept waits for a stream that the peer opened.
	Accept(ctx context.Context) (Stream, error)

	// Done is closed when the session has ended, for whatever reason: Close, the
	// peer's Close, an error of the link, or its end.
	Done() <-chan struct{}

	// Err is nil before Done is closed, then it says why the session ended. It
	// matches [net.ErrClosed] after Close on this side, and io.EOF after an
	// orderly end of the link by the peer.
	Err() error

	// Close ends every stream and closes the link. It waits for the goroutines
	// of the session, not for the peer. Calling it again is fine and returns nil.
	Close() error
}

// A Stream is an ordered flow of bytes in both directions. One goroutine may
// read while another one writes; Close and SetReadDeadline may be called at any
// time by any goroutine.
type Stream interface {
	// Read returns [io.EOF] when there are no more bytes, which is so after the
	// peer closed the stream and all that it sent was read, and also when the
	// link ended: the bytes of a message must say by themselves where it ends.
	io.Reader

	// Write blocks while the peer does not read and the buffers are full. It
	// keeps nothing of p after it returned. After an error the stream is of no
	// more use.
	io.Writer

	// Close ends both directions, unblocks a Read and a Write that are waiting,
	// and returns without waiting for the peer. What was written before is still
	// delivered. Calling it again is fine and returns nil.
	io.Closer

	// SetReadDeadline bounds Read, also one that is waiting: from then on Read
	// returns an error that matches [os.ErrDeadlineExceeded], and nothing that
	// arrived is lost. The zero time means no bound. There is no deadline for
	// writing: multiplexers cannot take back half a frame.
	SetReadDeadline(t time.Time) error
}

// Config is what the core tells a transport about a session. The zero value of
// each field means its default.
type Config struct {
	// Side says which end of the link this is.
	Side Side

	// MaxStreams is how many streams each side may have open at a time, opened
	// by it, and so how many may stay unread and full. A transport reserves no
	// memory for them in advance. When this side has that many open, Open fails
	// with [ErrTooManyStreams]; a peer that opens more than its share has the
	// surplus refused, or the session ended. Default: [DefaultMaxStreams].
	MaxStreams int

	// Logger gets what a driver has to say, at level Debug. Default: silent.
	Logger *slog.Logger

	// Debug stops every timer of the driver, so that a process may stand still
	// in a debugger for as long as somebody looks at it.
	Debug bool
}

// DefaultMaxStreams is the number of streams that each side of a session may
// have open when [Config.MaxStreams] is zero.
const DefaultMaxStreams = 256

// WithDefaults returns cfg with every zero field set to its default.
func (cfg Config) WithDefaults() Config {
	if cfg.MaxStreams <= 0 {
		cfg.MaxStreams = DefaultMaxStreams
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return cfg
}

// Side is an end of a link.
type Side uint8

// The two sides of every link.
const (
	Host   Side = iota // the process that uses plugins; the client of a multiplexer
	Plugin             // the process that serves; the server of a multiplexer
)

// Peer returns the other side.
func (s Side) Peer() Side { return 1 - s }

// String returns "host" or "plugin".
func (s Side) String() string {
	if s == Host {
		return "host"
	}
	return "plugin"
}
