package sandbox

import (
	"context"
	"errors"
	"os/exec"
	"runtime"

	"golang.org/x/sys/unix"
)

// start starts a plugin from a thread that is confined as the plugin is to be, and ends
// with it.
func (p Policy) start(_ context.Context, cmd *exec.Cmd, start func() error) error {
	if cmd.SysProcAttr != nil && cmd.SysProcAttr.Pdeathsig != 0 {
		return errors.New("sandbox: SysProcAttr.Pdeathsig is set: the plugin would be signalled as soon as the thread that starts it ends")
	}
	done := make(chan error, 1)
	go onThreadOfItsOwn(func() { done <- p.startHere(cmd, start) })
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

func (p Policy) startHere(cmd *exec.Cmd, start func() error) error {
	r := Report{Path: cmd.Path}
	r.add("no new privileges", false, noNewPrivileges())
	p.restrict(&r, cmd.Path)
	if !r.whole() && p.Mode == Require {
		return p.refuse(r)
	}
	if err := start(); err != nil {
		return err
	}
	r.PID = cmd.Process.Pid
	p.Limits.apply(&r, cmd.Process.Pid)
	if !r.whole() && p.Mode == Require {
		return p.refuse(r)
	}
	p.tell(r)
	return nil
}

func (p Policy) refuse(r Report) error {
	r.PID = 0
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
