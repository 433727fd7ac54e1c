//go:build unix && !aix && !solaris

package launch_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/launch"
)

func TestGroupOfItsOwn(t *testing.T) {
	leaks(t)
	own := func(opts ...launch.Option) (pid, group int) {
		t.Helper()
		out, _ := run(t, "group", opts...)
		if _, err := fmt.Sscan(out, &pid, &group); err != nil {
			t.Fatal(out, err)
		}
		return pid, group
	}
	if pid, group := own(); pid != group {
		t.Errorf("process %d is in group %d", pid, group)
	}
	if _, group := own(launch.Group(false)); group != syscall.Getpgrp() {
		t.Errorf("group %d, the host's is %d", group, syscall.Getpgrp())
	}
	noAttr := launch.Attr(func(c *exec.Cmd) { c.SysProcAttr = nil })
	if pid, group := own(noAttr); pid != group {
		t.Errorf("process %d is in group %d after an Attr function cleared the attributes", pid, group)
	}
	shared := &syscall.SysProcAttr{Setsid: true}
	session := launch.Attr(func(c *exec.Cmd) { c.SysProcAttr = shared })
	if pid, group := own(session); pid != group {
		t.Errorf("process %d is in group %d in a session of its own", pid, group)
	}
	if shared.Setpgid {
		t.Error("the caller's attributes were changed")
	}
	leader := launch.Attr(func(c *exec.Cmd) { c.SysProcAttr.Setsid = true })
	if pid, group := own(leader); pid != group {
		t.Errorf("process %d is in group %d in a session of its own", pid, group)
	}
	bare := launch.Attr(func(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{} })
	if pid, group := own(bare); pid != group {
		t.Errorf("process %d is in group %d after an Attr function replaced the attributes", pid, group)
	}
	join := launch.Attr(func(c *exec.Cmd) { c.SysProcAttr.Pgid = syscall.Getpgrp() })
	if _, group := own(join); group != syscall.Getpgrp() {
		t.Errorf("group %d, asked for was %d", group, syscall.Getpgrp())
	}
}

// visit starts a role whose child calls back, and returns the child's connection.
func visit(t *testing.T, role string, opts ...launch.Option) (launch.Process, net.Conn, func()) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	in, let := io.Pipe()
	opts = append(opts, launch.Setenv("VISIT="+l.Addr().String()), launch.Stdin(in))
	p := start(t, role, launch.Request{}, opts...)
	l.(*net.TCPListener).SetDeadline(time.Now().Add(guard))
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(guard))
	io.ReadFull(conn, make([]byte, 1))
	return p, conn, func() { let.Write([]byte("x")) }
}

func gone(t *testing.T, conn net.Conn) {
	t.Helper()
	if _, err := conn.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("the grandchild lives on")
	}
}

func TestKillReachesGrandchildren(t *testing.T) {
	leaks(t)
	p, conn, _ := visit(t, "parent-stays")
	if err := p.Kill(); err != nil {
		t.Error(err)
	}
	wait(t, p)
	gone(t, conn)
}

func TestSurvivorsAreKilledWithTheirLeader(t *testing.T) {
	leaks(t)
	p, conn, let := visit(t, "parent-exits")
	let()
	if exit := wait(t, p); exit.Code != 0 || exit.Signal != nil {
		t.Error(exit)
	}
	gone(t, conn)
}

func TestSurvivorsMayStay(t *testing.T) {
	for name, opt := range map[string]launch.Option{"Survivors": launch.Survivors(true), "no group": launch.Group(false)} {
		t.Run(name, func(t *testing.T) {
			leaks(t)
			// The survivor holds the pipes as well, so that this is also the test of
			// the grace.
			p, conn, let := visit(t, "parent-exits", opt)
			let()
			wait(t, p)
			// After the end this does nothing, although there is still a group.
			if err := p.Kill(); err != nil {
				t.Error(err)
			}
			conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
			if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error("the grandchild is gone:", err)
			}
		})
	}
}

func TestAttrIsCheckedAgain(t *testing.T) {
	leaks(t)
	take := launch.Attr(func(c *exec.Cmd) { c.Stdout = io.Discard })
	_, err := self(t, "echo", take).Launch(t.Context(), launch.Request{Link: true})
	var start *launch.StartError
	if !errors.As(err, &start) || !strings.Contains(err.Error(), "replaced Stdout or Stderr") {
		t.Error(err)
	}
	drop := launch.Attr(func(c *exec.Cmd) { c.ExtraFiles, c.Env = nil, append(c.Env, launch.LinkEnv+"=x") })
	p, err := self(t, "echo", drop).Launch(t.Context(), launch.Request{Link: true})
	if err != nil {
		t.Fatal(err)
	}
	echo(t, p.Link())
	p.Link().Close()
	wait(t, p)
}

func TestSignalsAfterReapingGoNowhere(t *testing.T) {
	leaks(t)
	p := start(t, "exit3", launch.Request{})
	wait(t, p)
	for range 3 {
		if err := errors.Join(p.Kill(), p.Terminate()); err != nil {
			t.Error(err)
		}
	}
}

func TestReapedBySomebodyElse(t *testing.T) {
	leaks(t)
	p := start(t, "cat", launch.Request{}, launch.Stdin(struct{ io.Reader }{strings.NewReader("")}))
	syscall.Wait4(p.Info().PID, nil, 0, nil) // may lose the race, which is fine as well
	if exit := wait(t, p); !exit.Exited || exit.Err == nil && exit.Code != 0 {
		t.Errorf("%+v", exit)
	}
}
