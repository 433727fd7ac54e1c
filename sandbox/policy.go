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
	// sockets of, processes that are not its own. It does not keep it from changing their
	// resource limits and priorities, which the system allows among processes of one user:
	// with a limit of processor time a plugin can end its host all the same. Only another
	// user for the plugin prevents that.
	Scope bool

	// Mode says what happens when a measure cannot be applied. Default: Require.
	Mode Mode

	// Report, if set, is told what came of each measure, before Launch returns, also when
	// that fails; once for each time that the system is asked, which is again while the
	// plugin's file is open for writing. It may be called concurrently.
	Report func(Report)
}

// Limits are resource limits; zero leaves one as it is. Each is set as the soft and the hard
// limit. Under [Require] nothing is started for one above what the system lets this process
// set.
//
// They are set while the plugin's process is held before the first instruction of its
// program, as debuggers do it. Where the system does not allow that, as under a debugger that
// follows children, or with a Yama ptrace_scope above 1, they are set right after the start:
// they are reported as late, and a plugin to which one cannot be applied then may have run
// for a moment before it is killed.
type Limits struct {
	Memory    uint64        // bytes of data, heap and stacks: RLIMIT_DATA
	OpenFiles uint64        // open descriptors: RLIMIT_NOFILE
	Processes uint64        // processes and threads of the whole user: RLIMIT_NPROC; the superuser has no such limit
	FileSize  uint64        // bytes of a file that is written: RLIMIT_FSIZE
	CPU       time.Duration // time on processors, in whole seconds: RLIMIT_CPU
	NoCore    bool          // no core file is written: RLIMIT_CORE
}

// Files are paths of files and of directories, which stand for all that is below them. A
// path that does not exist is a failure, which is reported as "path NAME" and takes nothing
// else with it: under [BestEffort] the plugin can open all the others, and only them, also
// when the path comes to be later.
type Files struct {
	Read    []string // may be read and listed
	Execute []string // may be read and executed, such as /usr and /lib for programs that need libraries
	Write   []string // may be read and written, and what is below changed, made and removed
}

// Network has the TCP ports that a plugin may use; no others, whatever TCP is called.
// Landlock restricts plain TCP. Sockets of Multipath TCP, with which Go's net.Listen listens
// where the kernel has it, and of SMC are past Landlock: a filter of system calls (seccomp)
// keeps the plugin from making any, and from io_uring, with which it could. They fail as they
// do on kernels without them, and Go's package net goes on with plain TCP by itself.
//
// The filter is there for amd64 and arm64. Where it cannot be applied the measure is reported
// as not available or failed, though plain TCP is restricted under [BestEffort]. A plugin for
// 32 bits on a 64-bit kernel may find that it can make no sockets at all. UDP, unix and raw
// sockets are not restricted, nor is a TCP socket that the plugin is given.
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

// Confine returns the option that starts a plugin under a policy. A plugin has one.
func Confine(p Policy) launch.Option { return launch.Around(p.start) }
