//go:build unix

package attach

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/internal/proof"
	"github.com/tenon-dev/tenon/core/launch"
)

// The test binary plays a plugin that has a name, and one that connects.
const (
	roleEnv  = "TENON_ATTACH_TEST"
	knownEnv = "TENON_ATTACH_TEST_SECRET" // what the one that connects knows
)

func TestMain(m *testing.M) {
	role, dir, _ := strings.Cut(os.Getenv(roleEnv), ":")
	switch role {
	case "":
		os.Exit(m.Run())
	case "deaf":
		signal.Ignore(syscall.SIGTERM)
		fallthrough
	case "holder":
		if _, err := Listen(context.Background(), dir, "plugin", false); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("ready")
		time.Sleep(time.Minute)
	case "stranger":
		conn, err := net.Dial("unix", filepath.Join(dir, "plugin.sock"))
		if err != nil {
			fmt.Println(err)
			return
		}
		secret, _ := proof.Parse(os.Getenv(knownEnv))
		err = proof.AsHost(context.Background(), conn, secret, time.Minute)
		fmt.Println("turned away:", err != nil && !errors.Is(err, proof.ErrNotProven) && !errors.Is(err, context.DeadlineExceeded))
	}
}

// play starts the test binary in a role and waits until it says something.
func play(t *testing.T, role, dir string, change func(*exec.Cmd)) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleEnv+"="+role+":"+dir)
	if change != nil {
		change(cmd)
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return cmd, strings.TrimSpace(line)
}

func runDir(t *testing.T) string { return filepath.Join(t.TempDir(), "run") }

func listen(t *testing.T, dir, name string) *Socket {
	t.Helper()
	s, err := Listen(t.Context(), dir, name, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestAttach(t *testing.T) {
	leak.Check(t)
	dir := runDir(t)
	s := listen(t, dir, "plugin")
	accepted := make(chan net.Conn, 1)
	go func() {
		conn, err := s.Accept(t.Context())
		if err != nil {
			t.Error(err)
		}
		accepted <- conn
	}()
	p, err := To("plugin", runDir(t), dir).Launch(t.Context(), launch.Request{})
	if err != nil {
		t.Fatal(err)
	}
	host := <-accepted
	defer host.Close()
	go p.Link().Write([]byte("hello"))
	got := make([]byte, 5)
	if _, err := io.ReadFull(host, got); err != nil || string(got) != "hello" {
		t.Errorf("%q, %v", got, err)
	}
	if info := p.Info(); info.PID != 0 || !strings.Contains(info.Path, s.Path()) {
		t.Errorf("Info is %+v", info)
	}
	if err := p.Kill(); err != nil {
		t.Error(err)
	}
	<-p.Done()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
	if _, err := s.Accept(t.Context()); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept after Close: %v", err)
	}
}

func TestAcceptIsCanceled(t *testing.T) {
	leak.Check(t)
	s := listen(t, runDir(t), "plugin")
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	if _, err := s.Accept(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestNothingRuns(t *testing.T) {
	dir := runDir(t)
	none := func(what string) {
		t.Helper()
		if _, err := To("plugin", dir).Launch(t.Context(), launch.Request{}); !errors.Is(err, launch.ErrNotRunning) {
			t.Errorf("%s: %v", what, err)
		}
	}
	none("no directory")
	s := listen(t, dir, "other")
	none("nothing of that name")
	// What a process leaves that is killed.
	dead, _ := play(t, "holder", dir, nil)
	dead.Process.Kill()
	dead.Wait()
	if _, err := os.Lstat(filepath.Join(dir, "plugin.sock")); err != nil {
		t.Fatalf("nothing was left: %v", err)
	}
	none("a dead one's socket")
	all, err := List(dir)
	if err != nil || len(all) != 2 || all[0] != (Instance{"other", s.Path(), os.Getpid()}) || all[1].Name != "plugin" || all[1].PID != 0 {
		t.Errorf("%+v, %v", all, err)
	}
	if err := all[1].Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if all, _ := List(dir); len(all) != 1 {
		t.Errorf("after Stop: %+v", all)
	}
	dead, _ = play(t, "holder", dir, nil)
	dead.Process.Kill()
	dead.Wait()
	listen(t, dir, "plugin") // in place of the dead one
}

func TestOneHasTheName(t *testing.T) {
	dir := runDir(t)
	older, _ := play(t, "holder", dir, nil)
	_, err := Listen(t.Context(), dir, "plugin", false)
	var running *RunningError
	if !errors.As(err, &running) || running.PID != older.Process.Pid || running.Name != "plugin" {
		t.Fatalf("got %v", err)
	}
	s, err := Listen(t.Context(), dir, "plugin", true)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	older.Wait()
	if !strings.Contains(older.ProcessState.String(), "terminated") {
		t.Errorf("the older one ended with %v", older.ProcessState)
	}
	if conn, err := net.Dial("unix", s.Path()); err != nil {
		t.Error(err)
	} else {
		conn.Close()
	}
}

// One that does not heed SIGTERM is killed.
func TestReplaceByForce(t *testing.T) {
	dir := runDir(t)
	older, _ := play(t, "deaf", dir, nil)
	p, err := Replace(dir, "plugin", launch.InProcess(func(context.Context, net.Conn) error { return nil })).Launch(t.Context(), launch.Request{Link: true})
	if err != nil {
		t.Fatal(err)
	}
	p.Kill()
	<-p.Done()
	older.Wait()
	if !strings.Contains(older.ProcessState.String(), "killed") {
		t.Errorf("the older one ended with %v", older.ProcessState)
	}
	// Nothing to replace is fine.
	if p, err = Replace(runDir(t), "plugin", launch.InProcess(func(context.Context, net.Conn) error { return nil })).Launch(t.Context(), launch.Request{Link: true}); err != nil {
		t.Fatal(err)
	}
	p.Kill()
	<-p.Done()
}

func TestReplaceGivesUp(t *testing.T) {
	dir := runDir(t)
	older, _ := play(t, "deaf", dir, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := Listen(ctx, dir, "plugin", true); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), fmt.Sprint(older.Process.Pid)) {
		t.Errorf("got %v", err)
	}
}

// A file that says it is somebody's, and is locked by nobody, kills nobody.
func TestStaleLockHarmsNobody(t *testing.T) {
	dir := runDir(t)
	innocent := exec.Command("sleep", "60")
	if err := innocent.Start(); err != nil {
		t.Fatal(err)
	}
	defer innocent.Wait()
	defer innocent.Process.Kill()
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "plugin.lock"), fmt.Appendf(nil, "%d\n", innocent.Process.Pid), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Listen(t.Context(), dir, "plugin", true)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if err := innocent.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("a process that has nothing to do with it: %v", err)
	}
}

func TestRefusedDirectories(t *testing.T) {
	base := t.TempDir()
	open, link, file := filepath.Join(base, "open"), filepath.Join(base, "link"), filepath.Join(base, "file")
	os.Mkdir(open, 0o755)
	os.Chmod(open, 0o755)
	own := filepath.Join(base, "own")
	os.Mkdir(own, 0o700)
	os.Symlink(own, link)
	os.WriteFile(file, nil, 0o600)
	for dir, want := range map[string]string{
		open: "open to others", link: "is no directory", file: "is no directory",
		filepath.Join(base, "missing", "deep"):        "make the directory",
		filepath.Join(base, strings.Repeat("x", 100)): "the path of a socket may have",
	} {
		if _, err := Listen(t.Context(), dir, "plugin", false); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Listen: %v, which does not say %q", err, want)
		}
	}
	for _, dir := range []string{open, link, file} {
		if _, err := To("plugin", dir).Launch(t.Context(), launch.Request{}); err == nil || errors.Is(err, launch.ErrNotRunning) {
			t.Errorf("To: %v", err)
		}
		if _, err := List(dir); err == nil {
			t.Errorf("List(%s) succeeded", dir)
		}
	}
	if os.Getuid() == 0 {
		theirs := filepath.Join(base, "theirs")
		os.Mkdir(theirs, 0o700)
		os.Chown(theirs, 12345, 12345)
		if _, err := Listen(t.Context(), theirs, "plugin", false); err == nil || !strings.Contains(err.Error(), "belongs to user 12345") {
			t.Errorf("somebody else's: %v", err)
		}
	}
}

func TestRefusedNames(t *testing.T) {
	for _, name := range []string{"", ".", "..", "a/b", "../x", "a b", "ä", ".hidden", strings.Repeat("x", 65)} {
		if _, err := Listen(t.Context(), runDir(t), name, false); err == nil {
			t.Errorf("%q can be listened under", name)
		}
		if _, err := To(name, runDir(t)).Launch(t.Context(), launch.Request{}); err == nil || errors.Is(err, launch.ErrNotRunning) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// Another user's process is turned away, also where it gets to the socket.
func TestStrangersAreTurnedAway(t *testing.T) {
	if os.Getuid() != 0 {
		t.Log("only root can play another user")
		return
	}
	base, err := os.MkdirTemp("/tmp", "tenon-attach")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(base)
	dir := filepath.Join(base, "run")
	s := listen(t, dir, "plugin")
	for _, path := range []string{base, dir, s.Path()} {
		os.Chmod(path, 0o777) // so that only the check of the user is left
	}
	binary := filepath.Join(base, "stranger")
	src, err := os.ReadFile(os.Args[0])
	if err == nil {
		err = os.WriteFile(binary, src, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	accepting, stop := context.WithCancel(t.Context())
	accepted := make(chan error, 1)
	go func() { _, err := s.Accept(accepting); accepted <- err }()
	secret, err := readSecret(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	_, said := play(t, "stranger", dir, func(cmd *exec.Cmd) {
		cmd.Path = binary
		cmd.Env = append(cmd.Env, knownEnv+"="+proof.Text(secret)) // it is not for want of that
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 12345, Gid: 12345}}
		cmd.Dir = base
	})
	if said != "turned away: true" {
		t.Errorf("the stranger says %q", said)
	}
	stop()
	if err := <-accepted; !errors.Is(err, context.Canceled) {
		t.Errorf("it was let in: %v", err)
	}
}

func TestDir(t *testing.T) {
	t.Setenv(DirEnv, "")
	t.Setenv("XDG_RUNTIME_DIR", "")
	if got, want := Dir(), filepath.Join(os.TempDir(), fmt.Sprintf("tenon-%d", os.Getuid())); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	t.Setenv("XDG_RUNTIME_DIR", "/run/user/7")
	if got := Dir(); got != "/run/user/7/tenon" {
		t.Error(got)
	}
	t.Setenv(DirEnv, "/elsewhere")
	if got := Dir(); got != "/elsewhere" {
		t.Error(got)
	}
}

// Whoever comes and goes, one at a time has the name.
func TestNameIsExclusive(t *testing.T) {
	dir := runDir(t)
	var inside atomic.Int32
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 200 {
				List(dir)
				s, err := Listen(t.Context(), dir, "plugin", false)
				if err != nil {
					var running *RunningError
					if !errors.As(err, &running) || running.PID == 0 {
						t.Error(err)
					}
					continue
				}
				if n := inside.Add(1); n != 1 {
					t.Errorf("%d have the name", n)
				}
				inside.Add(-1)
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}
