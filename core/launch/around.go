package launch

import (
	"context"
	"errors"
	"os/exec"
	"slices"
)

// Prepare adds a step before each start that chooses what is executed: f is given the
// path of the plugin's file, and returns the path to execute in its place, such as that
// of a copy which it has verified, relative to the working directory of the host if it is
// not absolute. Arguments and messages keep the original path. done,
// if not nil, is called once, when the start has failed or the process has ended; not
// for a process that was left to itself. f may be called concurrently. An error of f is
// that of Launch, and nothing is executed.
//
// The package verify of this module makes such options. Of two the last one counts.
func Prepare(f func(ctx context.Context, path string) (execute string, done func(), err error)) Option {
	return func(c *command) { c.prepare = f }
}

// Around adds a function that stands around each start: it calls start, once, and may
// do something to this thread or to the new process before and after it; cmd.Process
// is set when start has returned nil. After an error of f the process is killed, and
// Launch fails with that error. One that wraps the error of start is told beside what is
// found about that: its text should be what f knows more. cmd is complete, and when start
// has returned must be what it was.
//
// The module sandbox makes such options. Of two the one that was added last is the
// outer one.
func Around(f func(ctx context.Context, cmd *exec.Cmd, start func() error) error) Option {
	return func(c *command) { c.around = append(c.around, f) }
}

// startOne starts cmd within the functions that stand around it. What the system
// refuses is returned as it is, so that it can be explained, or tried again.
func (c *command) startOne(ctx context.Context, cmd *exec.Cmd) error {
	var refused error // by the system
	begin := func() error {
		refused = cmd.Start()
		return refused
	}
	if len(c.around) == 0 {
		return begin()
	}
	start := begin
	for _, f := range c.around {
		inner := start
		start = func() error { return f(ctx, cmd, inner) }
	}
	err := start()
	if err == nil && cmd.Process == nil {
		err = errors.New("a function around the start did not start it")
	}
	switch {
	case refused != nil && err != refused && errors.Is(err, refused):
		return &aroundError{err: err, refused: refused}
	case refused != nil:
		return refused
	case err == nil:
		return nil
	case cmd.Process != nil:
		err = errors.Join(err, c.unstart(cmd))
	}
	return &aroundError{err: err}
}

// unstart ends what was started in spite of an error.
func (c *command) unstart(cmd *exec.Cmd) error {
	if err := killProcess(cmd.Process, c.group && c.terminal == nil); err != nil {
		return err
	}
	cmd.Wait() // its error says that it was killed
	return nil
}

// aroundError marks the error of a function that stands around the start.
type aroundError struct {
	err     error
	refused error // the system's, if that is what err is about
}

func (e *aroundError) Error() string { return e.err.Error() }
func (e *aroundError) Unwrap() error { return e.err }

// notStarted explains an error of startOne.
func (c *command) notStarted(cmd *exec.Cmd, err error) error {
	var around *aroundError
	switch {
	case !errors.As(err, &around):
		return c.startErrorIn(cmd.Path, cmd.Dir, err)
	case around.refused == nil:
		return &StartError{Path: cmd.Path, Args: slices.Clone(c.args), Found: around.Error(), Err: around.err}
	}
	reason, found, hint := explain(cmd.Path, cmd.Dir, around.refused)
	if hint != "" {
		hint += "; "
	}
	return &StartError{Path: cmd.Path, Args: slices.Clone(c.args), Reason: reason, Found: found, Hint: hint + around.Error(), Err: around.err}
}
