//go:build unix && !aix && !solaris

package launch_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/launch"
)

func TestPluginListensAndAnnounces(t *testing.T) {
	leaks(t)
	t.Setenv("TMPDIR", t.TempDir())
	announced := make(chan [2]string, 1)
	lines := launch.NewLines(0, func(line []byte, _ bool) {
		if network, address, ok, err := launch.ParseAnnounce(line); ok {
			if err != nil {
				t.Error(err)
			}
			announced <- [2]string{network, address}
		}
	})
	p := start(t, "listen", launch.Request{Stdout: lines})
	where := <-announced
	if p.Link() != nil {
		t.Error("there is a link")
	}
	conn, err := p.Dial(t.Context(), where[0], where[1])
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

func TestParseAnnounce(t *testing.T) {
	const sentinel = "tenon-link-4f9c0be27a61d835"
	tests := []struct {
		line, network, address string
		ok                     bool
		err                    string
	}{
		{line: ""},
		{line: "starting up"},
		{line: sentinel},
		{line: "x" + sentinel + "|1|unix|/s"},
		{line: sentinel + "|1|unix|/tmp/x/s", network: "unix", address: "/tmp/x/s", ok: true},
		{line: sentinel + "|1|tcp|127.0.0.1:80|more|fields\r", network: "tcp", address: "127.0.0.1:80", ok: true},
		{line: sentinel + "|1|unix|/a%7Cb%20c%25%0a", network: "unix", address: "/a|b c%\n", ok: true},
		{line: sentinel + "|2|unix|/s", ok: true, err: `of version "2", this host reads version 1`},
		{line: sentinel + "|1|unix", ok: true, err: "has 2 fields"},
		{line: sentinel + "|1|udp|x", ok: true, err: `the network "udp"`},
		{line: sentinel + "|1|unix|", ok: true, err: "an empty address"},
		{line: sentinel + "|1|unix|a%00", ok: true, err: "a zero byte"},
		{line: sentinel + "|1|unix|a%0", ok: true, err: "two hexadecimal digits"},
		{line: sentinel + "|1|unix|a%0x", ok: true, err: "two hexadecimal digits"},
		{line: sentinel + "|1|unix|" + strings.Repeat("a", 4096), ok: true, err: "at most 4096 are read"},
	}
	for _, tt := range tests {
		network, address, ok, err := launch.ParseAnnounce([]byte(tt.line))
		if network != tt.network || address != tt.address || ok != tt.ok || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%.60q: %q %q %v %v", tt.line, network, address, ok, err)
		}
	}
	if got := string(launch.Announce("unix", "/tmp/a b")); got != "\n"+sentinel+"|1|unix|/tmp/a%20b\n" {
		t.Errorf("%q", got)
	}
}

func FuzzParseAnnounce(f *testing.F) {
	f.Add([]byte("tenon-link-4f9c0be27a61d835|1|unix|/tmp/x%41|z"))
	f.Add([]byte("/tmp/a|b\n"))
	f.Fuzz(func(t *testing.T, line []byte) {
		network, address, ok, err := launch.ParseAnnounce(line)
		if !ok || err != nil {
			if network != "" || address != "" || !ok && err != nil {
				t.Errorf("%q %q %v %v", network, address, ok, err)
			}
		} else if network == "" || address == "" {
			t.Errorf("accepted with %q and %q", network, address)
		}
		if len(line) == 0 || len(line) > 1000 || bytes.IndexByte(line, 0) >= 0 {
			return
		}
		// Whatever the address is, it comes back, and on one line of its own.
		text := launch.Announce("tcp", string(line))
		if bytes.Count(text, []byte("\n")) != 2 {
			t.Fatalf("%q", text)
		}
		if _, got, ok, err := launch.ParseAnnounce(bytes.Trim(text, "\n")); got != string(line) || !ok || err != nil {
			t.Errorf("%q came back as %q, %v", line, got, err)
		}
	})
}
