//go:build unix

package attach

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/internal/proof"
	"github.com/tenon-dev/tenon/core/launch"
)

// reach attaches to a plugin, hears from it, and lets go of it.
func reach(t *testing.T, path string) error {
	t.Helper()
	p, err := At(path).Launch(t.Context(), launch.Request{})
	if err != nil {
		return err
	}
	p.Link().SetReadDeadline(time.Now().Add(20 * time.Second))
	_, err = io.ReadFull(p.Link(), make([]byte, 1))
	return errors.Join(err, p.Kill())
}

// serveAll lets a socket's hosts in until it is closed, and counts them.
func serveAll(t *testing.T, s *Socket) (hosts func() int) {
	t.Helper()
	done := make(chan int)
	go func() {
		n := 0
		for {
			conn, err := s.Accept(context.Background())
			if err != nil {
				done <- n
				return
			}
			n++
			io.WriteString(conn, "x")
			conn.Close()
		}
	}()
	return func() int {
		s.Close()
		return <-done
	}
}

func TestSecretFile(t *testing.T) {
	leak.Check(t)
	dir := runDir(t)
	s := listen(t, dir, "plugin")
	path := filepath.Join(dir, "plugin.secret")
	info, err := os.Lstat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	first, err := os.ReadFile(path)
	if err != nil || len(first) != 2*proof.Size+1 {
		t.Errorf("it holds %q, %v", first, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
	listen(t, dir, "plugin")
	if second, err := os.ReadFile(path); err != nil || string(second) == string(first) {
		t.Errorf("the next one has the same secret: %v", err)
	}
}

// Hosts believe only a secret that is the plugin's, and nobody else's.
func TestRefusedSecrets(t *testing.T) {
	other := filepath.Join(t.TempDir(), "other")
	if err := os.WriteFile(other, []byte(proof.Text(proof.Secret())+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		change func(path string) error
		want   string
	}{
		"another":      {func(path string) error { os.Remove(path); return os.Link(other, path) }, "is not the plugin that wrote plugin.secret"},
		"none":         {os.Remove, "there is no plugin.secret with the secret"},
		"open":         {func(path string) error { return os.Chmod(path, 0o640) }, "is open to others (mode 0640)"},
		"a link":       {func(path string) error { os.Rename(path, path+"2"); return os.Symlink(path+"2", path) }, "a link to one is refused too"},
		"a directory":  {func(path string) error { os.Remove(path); return os.Mkdir(path, 0o700) }, "is no file"},
		"a pipe":       {func(path string) error { os.Remove(path); return syscall.Mkfifo(path, 0o600) }, "is no file"},
		"empty":        {func(path string) error { return os.Truncate(path, 0) }, "holds no secret"},
		"cut":          {func(path string) error { return os.Truncate(path, 60) }, "holds no secret"},
		"somebody's":   {func(path string) error { return os.Chown(path, 12345, 12345) }, "belongs to user 12345"},
		"with a blank": {func(path string) error { return os.WriteFile(path, []byte(" "+proof.Text(proof.Secret())), 0o600) }, "holds no secret"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if name == "somebody's" && os.Getuid() != 0 {
				t.Skip("only root can give a file away")
			}
			leak.Check(t)
			s := listen(t, runDir(t), "plugin")
			hosts := serveAll(t, s)
			path := strings.TrimSuffix(s.Path(), ".sock") + ".secret"
			if err := c.change(path); err != nil {
				t.Fatal(err)
			}
			text, _ := os.ReadFile(other)
			err := reach(t, s.Path())
			if err == nil || !strings.Contains(err.Error(), c.want) || errors.Is(err, launch.ErrNotRunning) || errors.Is(err, fs.ErrNotExist) {
				t.Errorf("got %v, which does not say %q", err, c.want)
			}
			if (name == "another") != errors.Is(err, launch.ErrNotProven) {
				t.Errorf("ErrNotProven: %v", err)
			}
			if strings.Contains(err.Error(), strings.TrimSpace(string(text))) {
				t.Errorf("the error tells the secret: %v", err)
			}
			if n := hosts(); n != 0 {
				t.Errorf("%d were let in", n)
			}
		})
	}
}

// Somebody else at the socket is not believed, and learns nothing.
func TestWrongPlugin(t *testing.T) {
	leak.Check(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "plugin.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	secret, err := writeSecret(path)
	if err != nil {
		t.Fatal(err)
	}
	heard := make(chan []byte, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		begin := make([]byte, 5+32)
		io.ReadFull(conn, begin)
		conn.Write(make([]byte, 64))
		rest, _ := io.ReadAll(conn)
		heard <- append(begin, rest...)
	}()
	if err := reach(t, path); !errors.Is(err, launch.ErrNotProven) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
	if b := <-heard; len(b) != 5+32 || strings.Contains(string(b), string(secret)) {
		t.Errorf("it learned %q", b)
	}
}

// Those who are no hosts keep no host out, and get nothing.
func TestSilentConnectionsBlockNobody(t *testing.T) {
	leak.Check(t)
	s := listen(t, runDir(t), "plugin")
	hosts := serveAll(t, s)
	began := time.Now()
	var silent []net.Conn
	for range 10 {
		conn, err := net.Dial("unix", s.Path())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		silent = append(silent, conn)
	}
	for range 3 {
		wrong, err := net.Dial("unix", s.Path())
		if err != nil {
			t.Fatal(err)
		}
		if err := proof.AsHost(t.Context(), wrong, proof.Secret(), time.Minute); !errors.Is(err, launch.ErrNotProven) {
			t.Errorf("a wrong secret: %v", err)
		}
		wrong.Close()
		if err := reach(t, s.Path()); err != nil {
			t.Error(err)
		}
	}
	if took := time.Since(began); took >= proof.Timeout {
		t.Errorf("the silent kept others out for %v", took)
	}
	if n := hosts(); n != 3 {
		t.Errorf("%d were let in", n)
	}
	for _, conn := range silent {
		conn.SetReadDeadline(time.Now().Add(20 * time.Second))
		if n, err := conn.Read(make([]byte, 1)); n != 0 || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a silent one got %d bytes, %v", n, err)
		}
	}
}

// What a process leaves that is killed: the next one has a secret of its own, and Stop
// leaves nothing.
func TestStaleSecret(t *testing.T) {
	dir := runDir(t)
	path := filepath.Join(dir, "plugin.secret")
	leave := func() string {
		dead, _ := play(t, "holder", dir, nil)
		dead.Process.Kill()
		dead.Wait()
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	stale := leave()
	if err := os.WriteFile(path+".new", []byte("half"), 0o644); err != nil { // it died even earlier once
		t.Fatal(err)
	}
	s := listen(t, dir, "plugin")
	hosts := serveAll(t, s)
	if now, err := os.ReadFile(path); err != nil || string(now) == stale {
		t.Errorf("the secret stays that of the dead one: %v", err)
	}
	if err := reach(t, s.Path()); err != nil {
		t.Error(err)
	}
	if n := hosts(); n != 1 {
		t.Errorf("%d were let in", n)
	}
	leave()
	all, err := List(dir)
	if err != nil || len(all) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	if err := all[0].Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}
