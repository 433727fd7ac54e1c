package launch

import (
	"context"
	"io"
	"log/slog"
	"net"
)

// A Launcher starts a plugin, or finds a running one. It holds configuration
// only; each Launch is independent of the ones before it, and Launch may be
// called concurrently.
//
// Ready-made: [Command] for an executable file, [Conn] for a connection that
// already exists, [InProcess] for a function. A container, a remote machine or a
// sandbox is a Launcher of your own: the package launchtest has the suite that it
// must pass.
type Launcher interface {
	// Launch starts the plugin and returns without waiting for it to speak.
	// ctx bounds the starting only: when it ends later, the plugin lives on. When
	// it ends before, the error matches ctx.Err(). After an error nothing is left:
	// no process, no file, no descriptor, and the Process is nil.
	Launch(ctx context.Context, req Request) (Process, error)
}

// Request is what the core asks of a launcher.
type Request struct {
	// Env holds the bootstrap's variables, "KEY=value". A launcher appends them
	// last, so that no other source of the environment overrides them.
	Env []string

	// Link asks for an inherited link, if the launcher can make one: it then adds
	// the variable [LinkEnv] with the value "fd:N" itself. Otherwise the
	// variable says "listen", and the plugin announces an address on stdout.
	Link bool

	// Stdout and Stderr get every byte that arrives on the plugin's descriptors
	// 1 and 2, in order within each. Both are called from one goroutine each, at
	// the same time as the other, and never after Done is closed. They must not
	// block for long: a plugin that prints waits for them, and so does Done, though
	// not for one that stays in one Write for longer than [WriterGrace]. A
	// writer that returned an error or panicked is not called again; what comes
	// later is thrown away, but read all the same. Nil: thrown away from the start.
	Stdout, Stderr io.Writer

	// Outlive says that the plugin may live on when this process has ended, so that
	// its outputs must not end with it: a launcher that can do that makes a directory
	// for them, which [Info] names. Others ignore it.
	Outlive bool

	// Logger gets what the launcher has to say. Default: silent.
	Logger *slog.Logger

	// Debug stops every timer of the launcher.
	Debug bool
}

// LinkEnv is the environment variable that tells a plugin how it reaches its
// host: "fd:N" for an inherited, connected stream socket, "listen" when it has
// to listen itself and announce where.
const LinkEnv = "TENON_LINK"

// A Process is a plugin that a [Launcher] started or found. All methods may be
// called concurrently and at any time, also after the end.
type Process interface {
	// Link is the inherited connection to the plugin, nil where there is none and
	// the plugin announces an address instead. It always returns the same value;
	// who takes it closes it.
	Link() net.Conn

	// Dial connects to an address that the plugin announced. A launcher that
	// gives the plugin a world of its own (a container) translates it here.
	Dial(ctx context.Context, network, address string) (net.Conn, error)

	// Info says what was started.
	Info() Info

	// Done is closed when the process has ended and was reaped, and its output
	// was passed on (a grandchild that holds the pipes open delays that by at
	// most [OutputGrace], and a writer that does not return by [WriterGrace] more). Where a launcher did not start the process it is
	// closed when the process is known to be gone.
	Done() <-chan struct{}

	// Exit says how the process ended; the zero Exit before Done is closed.
	Exit() Exit

	// Terminate asks the process, and what it started, to end (SIGTERM to its
	// group where there is one). It does not wait. After the end it does nothing
	// and returns nil.
	Terminate() error

	// Kill ends the process, and what it started, by force. It does not wait.
	// After the end it does nothing and returns nil.
	Kill() error
}

// Info describes a started plugin to a person.
type Info struct {
	PID  int      // 0 where there is no process of its own, or it is unknown
	Path string   // the file that runs, or another name for what was attached to
	Args []string // the arguments, without the program's name
	Dir  string   // of a plugin that may outlive this process: a private directory; who ends the plugin removes it
}
