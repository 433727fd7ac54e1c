package launch_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/tenon-dev/tenon/core/internal/proof"
	"github.com/tenon-dev/tenon/core/launch"
)

// asStranger runs f on a thread that belongs to another user, and that ends with it. Only
// root can.
func asStranger(t *testing.T, f func()) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can play another user")
	}
	done := make(chan struct{})
	var on func()
	on = func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		if syscall.Gettid() == os.Getpid() {
			go on() // the first thread of a process never ends: it is held meanwhile
			<-done
			runtime.UnlockOSThread()
			return
		}
		defer close(done)
		if _, _, errno := syscall.RawSyscall(syscall.SYS_SETRESUID, 12345, 12345, 12345); errno != 0 {
			t.Error(errno)
			return
		}
		f()
	}
	go on()
	<-done
}

// dialHere connects to a unix socket from this thread.
func dialHere(path string) (fd int, err error) {
	if fd, err = syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0); err != nil {
		return -1, err
	}
	if err := syscall.Connect(fd, &syscall.SockaddrUnix{Name: path}); err != nil {
		syscall.Close(fd)
		return -1, err
	}
	return fd, nil
}

// Another user does not get to the socket, and is turned away where the directory lets it.
func TestStrangersAreTurnedAway(t *testing.T) {
	leaks(t)
	dir, err := os.MkdirTemp("/tmp", "tenon-stranger")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	os.Chmod(dir, 0o755)
	l, err := launch.NewListener(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, path := l.Addr()
	accepted := make(chan net.Conn, 1)
	go func() {
		conn, err := l.Accept(t.Context())
		if err != nil {
			t.Error(err)
		}
		accepted <- conn
	}()
	asStranger(t, func() {
		if fd, err := dialHere(path); !errors.Is(err, syscall.EACCES) {
			t.Errorf("the directory lets another user in: %d, %v", fd, err)
		}
	})
	for _, name := range []string{filepath.Dir(path), path} {
		os.Chmod(name, 0o777) // so that only the check of the user is left
	}
	var stranger int
	asStranger(t, func() { stranger, err = dialHere(path) })
	if err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(stranger), "stranger")
	defer f.Close()
	conn, err := net.FileConn(f)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// It even knows the secret.
	if err := proof.AsHost(t.Context(), conn, secretOf(t, l), guard); err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the stranger was not turned away: %v", err)
	}
	select {
	case <-accepted:
		t.Error("the stranger was let in")
	default:
	}
	host, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer host.Close()
	if err := proof.AsHost(t.Context(), host, secretOf(t, l), guard); err != nil {
		t.Error(err)
	}
	(<-accepted).Close()
	if second, err := net.Dial("unix", path); err == nil {
		second.Close()
		t.Error("a second connection was accepted")
	}
}

// What a plugin inherits: its three standard descriptors, the link, and what was asked for.
func TestOnlyIntendedDescriptors(t *testing.T) {
	leaks(t)
	// The host has plenty of its own, and some that it inherited, which nobody marked.
	inherited, err := syscall.Dup(0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(inherited)
	if err := launch.SealDescriptors(); err != nil {
		t.Fatal(err)
	}
	extra, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer extra.Close()
	for range 20 {
		f, err := os.Open("/proc/self/status")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
	}
	var out bytes.Buffer
	p, err := launch.Command("/bin/ls", launch.Args("/proc/self/fd"), launch.ExtraFiles(extra), launch.Env(launch.NoEnv())).
		Launch(context.Background(), launch.Request{Link: true, Stdout: &out})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Link().Close()
	<-p.Done()
	// ls itself opens the directory, as the lowest number that is free.
	if got := string(bytes.Join(bytes.Fields(out.Bytes()), []byte(" "))); got != "0 1 2 3 4 5" {
		t.Errorf("the plugin has the descriptors %s", got)
	}
}

// Nobody can put something in the place of the directory: its name is new, and a link that
// stands there already is no directory of ours.
func TestListenerInSymlinkedDirectory(t *testing.T) {
	leaks(t)
	base, target := t.TempDir(), t.TempDir()
	link := filepath.Join(base, "link")
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	l, err := launch.NewListener(link) // a TMPDIR that is a link is common: what counts is the directory in it
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, path := l.Addr()
	info, err := os.Lstat(filepath.Dir(path))
	if err != nil || !info.IsDir() || info.Mode().Perm() != 0o700 {
		t.Errorf("%s: %v, %v", filepath.Dir(path), info.Mode(), err)
	}
}
