package launch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Command returns a Launcher that runs the executable file at path. A path without
// a separator is looked up in PATH, and any other relative one is relative to the
// working directory that the host has at that start: one that changes it, and has plugins
// restarted, gives a full path. See [Option] for what may be changed.
//
// A start that fails returns a [*StartError]. Making the Launcher does no I/O.
func Command(path string, opts ...Option) Launcher {
	c := &command{path: path, group: true}
	for _, opt := range opts {
		opt(c)
	}
	return c
}

// command holds configuration only, and is not changed after Command returned.
type command struct {
	path      string
	args      []string
	env       EnvPolicy
	setenv    []string
	dir       string
	stdin     io.Reader
	extra     []*os.File
	group     bool
	survivors bool
	attr      []func(*exec.Cmd)
	given     *exec.Cmd // run as it is; nil: one is made for each start
	unlinked  bool
	terminal  *terminal // nil: pipes

	prepare func(ctx context.Context, path string) (execPath string, cleanup func(), err error)
	around  []func(ctx context.Context, cmd *exec.Cmd, start func() error) error
}

var _ Launcher = (*command)(nil)

// Name returns the name of the file.
func (c *command) Name() string {
	if c.path == "" {
		return ""
	}
	return strings.TrimSuffix(filepath.Base(c.path), ".exe")
}

// Launch starts the file once more. It may be called concurrently.
func (c *command) Launch(ctx context.Context, req Request) (Process, error) {
	if err := ctx.Err(); err != nil {
		return nil, c.cancelled(err)
	}
	if req.Logger == nil {
		req.Logger = slog.New(slog.DiscardHandler)
	}
	if err := c.check(req); err != nil {
		return nil, &StartError{Path: c.path, Args: slices.Clone(c.args), Found: err.Error(), Hint: "correct it", Err: err}
	}
	path, err := c.resolve()
	if err != nil {
		return nil, c.startError(c.path, err)
	}
	if found, hint := c.checkTerminal(req); found != "" {
		return nil, c.refused(path, found, hint)
	}
	file, cleanup := path, func() {}
	if c.prepare != nil {
		if file, cleanup, err = c.prepare(ctx, path); err != nil {
			return nil, err
		}
		if cleanup == nil {
			cleanup = func() {}
		}
		// The system would resolve a relative one from the working directory of the
		// plugin, where another file can be.
		if file, err = filepath.Abs(file); err != nil {
			cleanup()
			return nil, c.startError(path, err)
		}
	}
	if !c.unlinked && startsItself(path, file) {
		cleanup()
		return nil, c.refused(path, "this process was started as a plugin from that file, and would start it again, and so on without end",
			"give the path of the plugin, which is not that of its host; a program that is both calls tenon.Main first where a host has started it")
	}
	p, err := c.start(ctx, path, file, req)
	if err != nil {
		cleanup()
		return nil, named(err, path, file)
	}
	p.watch(cleanup)
	if err := ctx.Err(); err != nil {
		return nil, errors.Join(c.cancelled(err), p.discard())
	}
	return p, nil
}

// named makes err speak of the plugin's own path where file was executed for it.
func named(err error, path, file string) error {
	var e *StartError
	if file != path && errors.As(err, &e) && e.Path == file {
		e.Path = path
		e.Found += " (of its verified copy, " + file + ")"
	}
	return err
}

// resolve returns the path to execute. It is made absolute where the plugin has a
// working directory of its own, since the system would resolve it from there.
func (c *command) resolve() (string, error) {
	if c.given != nil {
		return c.given.Path, nil
	}
	if c.path == "" {
		return "", os.ErrNotExist
	}
	if !strings.ContainsRune(c.path, filepath.Separator) && filepath.Base(c.path) == c.path {
		return exec.LookPath(c.path)
	}
	if c.dir == "" {
		return c.path, nil
	}
	return filepath.Abs(c.path)
}

func (c *command) check(req Request) error {
	for i, arg := range c.args { // which may be a secret
		if strings.IndexByte(arg, 0) >= 0 {
			return fmt.Errorf("argument %d has a zero byte in it", i+1)
		}
	}
	if strings.IndexByte(c.path, 0) >= 0 {
		return fmt.Errorf("the path %q has a zero byte in it", c.path)
	}
	if strings.IndexByte(c.dir, 0) >= 0 {
		return fmt.Errorf("the working directory %q has a zero byte in it", c.dir)
	}
	if err := checkEnv("Setenv", c.setenv); err != nil {
		return err
	}
	return checkEnv("Request.Env", req.Env)
}

func (c *command) cancelled(err error) error {
	return fmt.Errorf("launch %s: not started: %w", c.path, err)
}
