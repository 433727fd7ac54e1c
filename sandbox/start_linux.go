package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"runtime"
	"sync"

	"golang.org/x/sys/unix"
)

// starting has the commands that are being started.
var starting sync.Map

// start starts a plugin from a thread that is confined as the plugin is to be, and ends
// with it.
func (p Policy) start(ctx context.Context, cmd *exec.Cmd, start func() error) error {
	if cmd.SysProcAttr != nil && cmd.SysProcAttr.Pdeathsig != 0 {
		return errors.New("sandbox: SysProcAttr.Pdeathsig is set: the plugin would be signalled as soon as the thread that starts it ends")
	}
	if _, twice := starting.LoadOrStore(cmd, nil); twice {
		return errors.New("sandbox: the plugin has two policies, of which one would hold for the thread that starts it and the other one not: make one of them")
	}
	defer starting.Delete(cmd)
	done := make(chan error, 1)
	go onThreadOfItsOwn(func() { done <- p.startHere(ctx, cmd, start) })
	return <-done
}

// onThreadOfItsOwn runs f on a thread that ends afterwards, since it is never unlocked. The
// first thread of a process never ends in Go: while it is held here, f runs on another one.
func onThreadOfItsOwn(f func()) {
	runtime.LockOSThread()
	if unix.Gettid() != unix.Getpid() {
		f()
		return
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		onThreadOfItsOwn(f)
	}()
	<-ended
	runtime.UnlockOSThread()
}

func (p Policy) startHere(ctx context.Context, cmd *exec.Cmd, start func() error) error {
	r := Report{Path: cmd.Path}
	r.add("no new privileges", false, noNewPrivileges())
	p.restrict(&r, cmd.Path)
	if p.Mode == Require {
		p.Limits.foresee(&r)
		if !r.whole() {
			return p.refuse(r)
		}
	}
	undo, hold := func() {}, false
	if p.Limits != (Limits{}) {
		undo, hold = traced(cmd)
	}
	err := start()
	undo()
	if err != nil {
		p.Limits.skip(&r, errNotStarted)
		p.tell(r)
		return p.explain(err)
	}
	pid := cmd.Process.Pid
	if hold {
		err = held(ctx, pid)
	}
	if err != nil {
		p.Limits.skip(&r, err)
		p.tell(r)
		return fmt.Errorf("sandbox: %w", err)
	}
	p.Limits.apply(&r, pid, !hold)
	if !r.whole() && p.Mode == Require {
		return p.refuse(r) // the launcher kills it; one that is held has done nothing
	}
	if hold {
		err = letGo(pid)
	}
	if err == nil {
		r.PID = pid
	}
	p.tell(r)
	return err
}

// errNotStarted is why a measure that needs the plugin's process was not applied.
var errNotStarted = errors.New("the plugin was not started")

// explain adds to an error of the start what the policy may have to do with it.
func (p Policy) explain(err error) error {
	if p.Files != nil && errors.Is(err, fs.ErrPermission) {
		return &deniedError{err}
	}
	return err
}

// A deniedError is a start that a policy's rules for files may have kept from happening.
type deniedError struct{ err error }

func (e *deniedError) Error() string {
	return "sandbox: its policy lets it execute and read only what Policy.Files has: if it is a script add its interpreter to Files.Execute, and if it is linked dynamically its loader and libraries, as in /lib, /lib64 and /usr/lib"
}

func (e *deniedError) Unwrap() error { return e.err }

func (p Policy) refuse(r Report) error {
	p.tell(r)
	return &NotConfinedError{Report: r}
}

func (p Policy) tell(r Report) {
	if p.Report != nil {
		p.Report(r)
	}
}

// noNewPrivileges keeps programs that this thread executes from gaining privileges by
// set-user-ID bits and file capabilities. Landlock wants it too.
func noNewPrivileges() error { return unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) }
