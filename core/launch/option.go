package launch

import (
	"io"
	"os"
	"os/exec"
)

// An Option changes how [Command] starts a plugin. Options are applied in their
// order; of two that say the same thing the last one counts, unless it adds.
type Option func(*command)

// Args adds command-line arguments, without the program's name.
func Args(args ...string) Option {
	return func(c *command) { c.args = append(c.args, args...) }
}

// Env sets which of the host's own variables the plugin gets. Default:
// [InheritEnv].
func Env(policy EnvPolicy) Option {
	return func(c *command) { c.env = policy }
}

// Setenv adds variables, each "KEY=value". They win over what the host passes
// on, and the variables of the bootstrap win over them.
func Setenv(entries ...string) Option {
	return func(c *command) { c.setenv = append(c.setenv, entries...) }
}

// Dir sets the working directory of the plugin. Default: the host's. It does not
// change what a relative path given to [Command] means.
func Dir(path string) Option {
	return func(c *command) { c.dir = path }
}

// Stdin sets what the plugin reads on descriptor 0. Default: the null device.
//
// An [*os.File] is inherited as it is, and stays open in the host. Any other
// reader is copied into a pipe by a goroutine until it returns an error or the
// plugin ends; then it is closed, if it is an [io.Closer], so that a Read that
// waits returns. A reader that cannot be interrupted in that way keeps its
// goroutine until its Read returns. A reader is used up by the first Launch: for
// a plugin that is started again and again, give a file.
func Stdin(r io.Reader) Option {
	return func(c *command) { c.stdin = r }
}

// ExtraFiles adds open files that the plugin inherits, the first one as descriptor
// 3. The host keeps its own and may close them after Launch. The descriptor of the
// link comes after them. It is not supported on Windows.
func ExtraFiles(files ...*os.File) Option {
	return func(c *command) { c.extra = append(c.extra, files...) }
}

// Group says whether the plugin gets a process group of its own. Default: true.
//
// With a group of its own, Terminate and Kill reach what the plugin started, and
// a Ctrl-C in the terminal reaches the host alone. With false the plugin shares
// the host's group and so may read from the terminal, Ctrl-C reaches it too, and
// Terminate and Kill reach the plugin's process only.
func Group(own bool) Option {
	return func(c *command) { c.group = own }
}

// Survivors says whether other processes of the plugin's group live on when the
// plugin ends by itself. Default: false, they are killed. It has no effect without
// a group, and none on Kill, which always reaches the whole group.
func Survivors(keep bool) Option {
	return func(c *command) { c.survivors = keep }
}

// Attr adds a function that may change the command before it starts: credentials,
// a session, namespaces, a working directory. Functions run last, in their order,
// at each Launch, and must not start the command.
//
// What the launcher needs is checked again afterwards. Stdout and Stderr must
// be left alone; the bootstrap's variables and the link are added to whatever Env
// and ExtraFiles hold then; the process group of [Group] is asked for again. A
// plugin that the function puts into a new session (Setsid) leads a group as well;
// one that joins an existing group (Pgid) is signalled alone.
func Attr(change func(cmd *exec.Cmd)) Option {
	return func(c *command) { c.attr = append(c.attr, change) }
}

// Using makes the launcher run cmd itself, which somebody else has prepared, and
// not a command of its own. It keeps what cmd says of path, arguments, directory,
// standard input, extra files and attributes; a context that it was made with ends
// the plugin; and its Process and ProcessState are filled as usual. Its environment
// comes between what [Env] passes on and what [Setenv] adds, and wins over the
// former. Its Stdout and Stderr must be unset.
//
// An [exec.Cmd] can be started once, and so can the launcher; nor is the start
// tried again while the file is open for writing. The path given to [Command] then
// serves messages only, and Args and Dir have no effect.
func Using(cmd *exec.Cmd) Option {
	return func(c *command) { c.given = cmd }
}

// Unlinked says that the plugin knows nothing of links: [LinkEnv] is left out of
// its environment, also where the host has it, and [Request.Link] has no effect.
func Unlinked() Option {
	return func(c *command) { c.unlinked = true }
}
