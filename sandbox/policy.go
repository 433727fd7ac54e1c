package sandbox

import (
	"time"

	"github.com/tenon-dev/tenon/core/launch"
)

// A Policy says what a plugin may do. The zero value asks for no new privileges alone. It is
// copied; what it refers to must not be changed while plugins are started.
type Policy struct {
	// Limits are resource limits of the plugin's process, which what it starts inherits.
	Limits Limits

	// Files, if set, are all that the plugin may open or execute, beside its own file and
	// the null device. Default: what its user may.
	Files *Files

	// Network, if set, has the TCP ports that the plugin may use. Default: all.
	Network *Network

	// Scope keeps the plugin from sending signals to, and from connecting to abstract unix
	// sockets of, processes that are not its own.
	Scope bool

	// Mode says what happens when a measure cannot be applied. Default: Require.
	Mode Mode

	// Report, if set, is told what came of each measure, before Launch returns, also when
	// that fails. It may be called concurrently.
	Report func(Report)
}

// Limits are resource limits; zero leaves one as it is. Each is set as the soft and the hard
// limit.
type Limits struct {
	Memory    uint64        // bytes of data, heap and stacks: RLIMIT_DATA
	OpenFiles uint64        // open descriptors: RLIMIT_NOFILE
	Processes uint64        // processes and threads of the whole user: RLIMIT_NPROC; the superuser has no such limit
	FileSize  uint64        // bytes of a file that is written: RLIMIT_FSIZE
	CPU       time.Duration // time on processors, in whole seconds: RLIMIT_CPU
	NoCore    bool          // no core file is written: RLIMIT_CORE
}

// Files are paths of files and of directories, which stand for all that is below them. A
// path that does not exist is a failure.
type Files struct {
	Read    []string // may be read and listed
	Execute []string // may be read and executed, such as /usr and /lib for programs that need libraries
	Write   []string // may be read and written, and what is below changed, made and removed
}

// Network has TCP ports.
type Network struct {
	Connect []uint16 // to which the plugin may connect
	Bind    []uint16 // at which it may listen
}

// Mode says what happens when a measure cannot be applied.
type Mode uint8

const (
	// Require starts no plugin to which a measure could not be applied.
	Require Mode = iota

	// BestEffort starts it, with the measures that could be.
	BestEffort
)

// Confine returns the option that starts a plugin under a policy.
func Confine(p Policy) launch.Option { return launch.Around(p.start) }
