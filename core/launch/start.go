package launch

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"slices"
	"time"
)

// busyRetries bounds how often a start is tried again while the file is open for
// writing, which happens for a moment when a host that has just written the file
// forks from several goroutines. The waits are 1 ms, 2 ms, 4 ms and so on, in all
// about a second.
const busyRetries = 10

// ends collects what belongs to the host and what to the plugin while a start is
// under way, so that each way out closes all that it must.
type ends struct {
	host, plugin []io.Closer
}

func closeAll(list []io.Closer) {
	for _, c := range list {
		c.Close()
	}
}

// start runs file for the plugin at path. The process that it returns is running and
// not yet watched.
func (c *command) start(ctx context.Context, path, file string, req Request) (_ *process, err error) {
	var e ends
	defer func() {
		closeAll(e.plugin)
		if err != nil {
			closeAll(e.host)
		}
	}()
	stdout, stderr, drains, dir, err := c.outputs(&e, req)
	if noDir := (*outputDirError)(nil); errors.As(err, &noDir) {
		return nil, &StartError{Path: path, Args: slices.Clone(c.args), Found: noDir.Error(), Hint: "TMPDIR names the directory in which it is made", Err: noDir}
	}
	if err != nil {
		return nil, c.startError(path, err)
	}
	defer func() {
		if err != nil {
			RemoveOutput(dir)
		}
	}()
	var link net.Conn
	var linkEnd *os.File
	if req.Link && canInherit && !c.unlinked {
		if link, linkEnd, err = linkPair(); err != nil {
			return nil, c.startError(path, err)
		}
		e.host, e.plugin = append(e.host, link), append(e.plugin, linkEnd)
	}

	linkDir := ""
	if link == nil && !c.unlinked {
		linkDir = newLinkDir(req.Logger)
		defer func() {
			if err != nil {
				removeLinkDir(linkDir)
			}
		}()
	}

	cmd, err := c.cmd(file, req)
	if err != nil {
		return nil, err
	}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	var mode *terminalMode
	if t := c.terminal; t != nil {
		cmd.Stdin = t.stdin
		mode = terminalModeOf(t.stdin, t.stdout, t.stderr)
	}
	wantGroup := c.group && c.terminal == nil
	ownGroup := setGroup(cmd, wantGroup)
	if len(c.attr) > 0 {
		for _, change := range c.attr {
			change(cmd)
		}
		if cmd.Stdout != stdout || cmd.Stderr != stderr {
			return nil, c.refused(path, "an Attr function replaced Stdout or Stderr", "take the output from Request.Stdout and Request.Stderr")
		}
		if c.prepare != nil && cmd.Path != file {
			return nil, c.refused(path, "an Attr function replaced the path that was verified", "leave Path alone")
		}
		ownGroup = setGroup(cmd, wantGroup)
	}
	if name, err := notOpen(cmd); err != nil {
		return nil, &StartError{Path: path, Args: slices.Clone(c.args), Found: "the file that it is to inherit as " + name + " is not open",
			Hint: "give it one that is, and close it after the start", Err: err}
	}
	feed, err := e.stdin(cmd, req.Logger)
	if err != nil {
		return nil, c.startError(path, err)
	}
	if cmd.Env == nil {
		// An Attr function set it to nil: for an exec.Cmd that means the host's.
		cmd.Env = os.Environ()
	}
	if c.unlinked {
		cmd.Env = mergeEnv(withoutKey(cmd.Env, LinkEnv), req.Env)
	} else {
		cmd.Env = mergeEnv(cmd.Env, req.Env, []string{linkValue(cmd, linkEnd)})
	}
	if linkDir != "" {
		cmd.Env = mergeEnv(cmd.Env, []string{LinkDirEnv + "=" + linkDir})
	}

	started, err := c.run(ctx, cmd, req.Logger)
	if err != nil {
		return nil, err
	}
	var together *job
	if ownGroup {
		together = newJob(started.Process, dir != "", req.Logger)
	}
	return &process{
		cmd:       started,
		job:       together,
		pid:       started.Process.Pid,
		info:      Info{PID: started.Process.Pid, Path: path, Args: slices.Clone(c.args), Dir: dir},
		link:      link,
		linkDir:   linkDir,
		mode:      mode,
		group:     ownGroup,
		survivors: c.survivors,
		debug:     req.Debug,
		log:       req.Logger,
		outputs:   drains,
		feed:      feed,
		done:      make(chan struct{}),
	}, nil
}

// cmd returns the command that is to run, without its outputs.
func (c *command) cmd(path string, req Request) (*exec.Cmd, error) {
	if c.given == nil {
		return &exec.Cmd{
			Path:       path,
			Args:       append([]string{c.path}, c.args...),
			Dir:        c.dir,
			Env:        mergeEnv(c.environ(), req.Env),
			Stdin:      c.stdin,
			ExtraFiles: slices.Clone(c.extra),
		}, nil
	}
	cmd := c.given
	if c.prepare != nil {
		cmd.Path = path
	}
	switch {
	case cmd.Process != nil:
		return nil, c.refused(path, "the command of Using was started before", "make a new exec.Cmd for each start")
	case cmd.Stdout != nil || cmd.Stderr != nil:
		return nil, c.refused(path, "the command of Using has Stdout or Stderr set", "take the output from Request.Stdout and Request.Stderr")
	}
	cmd.Env = mergeEnv(c.env.pick(os.Environ()), cmd.Env, c.setenv, req.Env)
	if cmd.Stdin == nil {
		cmd.Stdin = c.stdin
	}
	cmd.ExtraFiles = slices.Concat(cmd.ExtraFiles, c.extra)
	return cmd, nil
}

// run starts cmd, again if the file is being written. An [exec.Cmd] cannot be
// started twice, so that each attempt is a copy.
func (c *command) run(ctx context.Context, cmd *exec.Cmd, log *slog.Logger) (*exec.Cmd, error) {
	if cmd == c.given {
		if err := c.startOne(ctx, cmd); err != nil {
			return nil, c.notStarted(cmd, err)
		}
		return cmd, nil
	}
	for wait, tries := time.Millisecond, 0; ; wait, tries = wait*2, tries+1 {
		attempt := &exec.Cmd{
			Path: cmd.Path, Args: cmd.Args, Env: cmd.Env, Dir: cmd.Dir,
			Stdin: cmd.Stdin, Stdout: cmd.Stdout, Stderr: cmd.Stderr,
			ExtraFiles: cmd.ExtraFiles, SysProcAttr: cmd.SysProcAttr, Err: cmd.Err,
		}
		err := c.startOne(ctx, attempt)
		if err == nil {
			return attempt, nil
		}
		if !isBusy(err) || tries == busyRetries {
			return nil, c.notStarted(attempt, err)
		}
		log.Debug("the plugin's file is open for writing, trying again", "path", cmd.Path, "wait", wait)
		if err := pause(ctx, wait); err != nil {
			return nil, c.cancelled(err)
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// environ is what the plugin's environment holds before the bootstrap.
func (c *command) environ() []string {
	base := c.env.pick(os.Environ())
	if c.dir != "" && slices.ContainsFunc(base, func(entry string) bool {
		key, _ := envKey(entry)
		return key == "PWD"
	}) {
		// A shell's notion of where it is would be wrong in the plugin.
		base = append(base, "PWD="+c.dir)
	}
	return mergeEnv(base, c.setenv)
}

func (e *ends) outputPipe() (r, w *os.File, err error) {
	if r, w, err = os.Pipe(); err != nil {
		return nil, nil, err
	}
	e.host, e.plugin = append(e.host, r), append(e.plugin, w)
	return r, w, nil
}

// linkValue hands the plugin's end to cmd, behind all other files, and returns the
// variable that says where it is.
func linkValue(cmd *exec.Cmd, end *os.File) string {
	if end == nil {
		return LinkEnv + "=listen"
	}
	cmd.ExtraFiles = append(cmd.ExtraFiles, end)
	return LinkEnv + "=" + inheritValue(2+len(cmd.ExtraFiles))
}

func (c *command) refused(path, found, hint string) error {
	return &StartError{Path: path, Args: slices.Clone(c.args), Found: found, Hint: hint, Err: errors.New(found)}
}
