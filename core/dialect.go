package tenon

import (
	"context"

	"github.com/tenon-dev/tenon/core/launch"
)

// A Dialect lets a [Client] run plugins that speak another handshake of the same
// family: they are started with one more offer in their environment, and answer
// with a line on stdout. A plugin that knows Tenon's own link uses that, and the
// dialect is not asked.
type Dialect struct {
	Name string   // for people
	Env  []string // "KEY=value", offered beside the cookie

	// Match reports whether a line of stdout, without its end, is the answer of a
	// plugin of this dialect. It is called for the lines before the handshake is
	// over, at most 64 KiB each.
	Match func(line []byte) bool

	// Connect connects to the plugin that answered with line. ctx bounds the
	// connecting. The process stays the client's: Connect must not end it.
	Connect func(ctx context.Context, line []byte, process launch.Process) (Foreign, error)
}

// A Foreign is a connected plugin of a [Dialect]. All methods may be called
// concurrently.
type Foreign interface {
	// Dispense returns what the dialect has under a name, to be used as the
	// dialect's own users do.
	Dispense(ctx context.Context, name string) (any, error)

	// Ping asks for a sign of life.
	Ping(ctx context.Context) error

	// Shutdown asks the plugin to end, and returns when it has agreed or is gone.
	Shutdown(ctx context.Context) error

	// Done is closed when the connection has ended, and Err then says why.
	Done() <-chan struct{}
	Err() error

	// Close ends the connection. Calling it again is fine and returns nil.
	Close() error
}
