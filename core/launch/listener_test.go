//go:build unix && !aix && !solaris

package launch_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/internal/proof"
	"github.com/tenon-dev/tenon/core/launch"
)

func TestPluginListensAndAnnounces(t *testing.T) {
	leaks(t)
	t.Setenv("TMPDIR", t.TempDir())
	announced := make(chan launch.Announcement, 1)
	lines := launch.NewLines(0, func(line []byte, _ bool) {
		if a, ok, err := launch.ParseAnnounce(line); ok {
			if err != nil {
				t.Error(err)
			}
			announced <- a
		}
	})
	p := start(t, "listen", launch.Request{Stdout: lines})
	where := <-announced
	if p.Link() != nil {
		t.Error("there is a link")
	}
	conn, err := p.Dial(t.Context(), where.Network, where.Address)
	if err == nil {
		err = proof.AsHost(t.Context(), conn, where.Secret, guard)
	}
	if err != nil {
		t.Fatal(err)
	}
	echo(t, conn)
	if left, _ := filepath.Glob(os.Getenv("TMPDIR") + "/*"); len(left) != 0 {
		t.Error("left behind while connected:", left)
	}
	conn.Close()
	if exit := wait(t, p); exit.Code != 0 {
		t.Error(exit)
	}
}

func TestListenerDirectoryIsPrivate(t *testing.T) {
	leaks(t)
	l, err := launch.NewListener(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, path := l.Addr()
	if info, err := os.Stat(filepath.Dir(path)); err != nil || info.Mode().Perm() != 0o700 {
		t.Error(info.Mode(), err)
	}
	if err := errors.Join(l.Close(), l.Close()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Dir(path)); !errors.Is(err, os.ErrNotExist) {
		t.Error("the directory is left:", err)
	}
	if _, err := l.Accept(t.Context()); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}

func TestAcceptEndsWithItsContext(t *testing.T) {
	leaks(t)
	dir := t.TempDir()
	l, err := launch.NewListener(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go cancel()
	if conn, err := l.Accept(ctx); conn != nil || !errors.Is(err, context.Canceled) {
		t.Error(conn, err)
	}
	if left, _ := filepath.Glob(dir + "/*"); len(left) != 0 {
		t.Error("left behind:", left)
	}
}

func TestLongTemporaryDirectory(t *testing.T) {
	leaks(t)
	long := filepath.Join(t.TempDir(), strings.Repeat("x", 100))
	if err := os.Mkdir(long, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := launch.NewListener(long); err == nil || !strings.Contains(err.Error(), "the path of a socket may have") || strings.Contains(err.Error(), "TMPDIR") {
		t.Error(err)
	}
	t.Setenv("TMPDIR", long)
	l, err := launch.NewListener("")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, path := l.Addr(); !strings.HasPrefix(path, "/tmp/tenon") {
		t.Error(path)
	}
	if left, _ := filepath.Glob(long + "/*"); len(left) != 0 {
		t.Error("left behind:", left)
	}
	if _, err := launch.NewListener(long + "/none"); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestPeerUID(t *testing.T) {
	leaks(t)
	l, err := launch.NewListener(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	_, path := l.Addr()
	dialled := make(chan net.Conn)
	go func() {
		conn, err := net.Dial("unix", path)
		if err == nil {
			err = proof.AsHost(t.Context(), conn, secretOf(t, l), guard)
		}
		if err != nil {
			t.Error(err)
		}
		dialled <- conn
	}()
	conn, err := l.Accept(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	defer (<-dialled).Close()
	if uid, err := launch.PeerUID(conn); !errors.Is(err, errors.ErrUnsupported) && (err != nil || uid != os.Getuid()) {
		t.Error(uid, err)
	}
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	if _, err := launch.PeerUID(a); !errors.Is(err, errors.ErrUnsupported) {
		t.Error(err)
	}
}

func TestDialStaysOnThisMachine(t *testing.T) {
	leaks(t)
	p := start(t, "exit3", launch.Request{})
	for _, tt := range []struct{ network, address, want string }{
		{"tcp", "192.0.2.1:80", "not on this machine's loopback"},
		{"tcp", "example.com:80", "not on this machine's loopback"},
		{"tcp", "nonsense", "missing port"},
		{"udp", "127.0.0.1:1", `the network "udp"`},
		{"unix", "/no/such/socket", "no such file"},
	} {
		conn, err := p.Dial(t.Context(), tt.network, tt.address)
		if conn != nil || err == nil || !strings.HasPrefix(err.Error(), "launch: dial the plugin: ") || !strings.Contains(err.Error(), tt.want) {
			t.Error(tt, conn, err)
		}
	}
}
