package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/landlock-lsm/go-landlock/landlock"
	"golang.org/x/sys/unix"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/launch"
)

// The test binary plays the confined program: it tries what its arguments say, and prints
// what came of each.
func TestMain(m *testing.M) {
	switch os.Getenv("SANDBOX_ROLE") {
	case "try":
		for _, arg := range os.Args[1:] {
			fmt.Println(try(arg))
		}
		os.Exit(0)
	case "plugin":
		tenon.Main(tenon.ServeConfig{Cookie: cookie, Services: tenon.Services{"s": dynamic.Service(service{})}})
	}
	os.Setenv("GORACE", "atexit_sleep_ms=0")
	os.Exit(m.Run())
}

var cookie = tenon.Cookie{Key: "SANDBOX_TEST", Value: "1"}

type service struct{}

func (service) Try(what string) string { return try(what) }

var keep [][]byte

func try(what string) string {
	verb, arg, _ := strings.Cut(what, ":")
	var err error
	switch verb {
	case "read":
		_, err = os.ReadFile(arg)
	case "write":
		err = os.WriteFile(arg, []byte("x"), 0o600)
	case "exec":
		_, err = os.StartProcess(arg, []string{arg}, &os.ProcAttr{})
	case "connect":
		var c net.Conn
		if c, err = net.Dial("tcp", arg); err == nil {
			c.Close()
		}
	case "listen":
		var l net.Listener
		if l, err = net.Listen("tcp", arg); err == nil {
			l.Close()
		}
	case "socket": // domain, type and protocol
		var n [3]int
		fmt.Sscanf(arg, "%d/%d/%d", &n[0], &n[1], &n[2])
		var fd int
		if fd, err = unix.Socket(n[0], n[1], n[2]); err == nil {
			unix.Close(fd)
		}
	case "iouring":
		var params [256]byte
		_, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, 1, uintptr(unsafe.Pointer(&params)), 0)
		if err = errno; errno == 0 {
			err = nil
		}
	case "signal":
		pid, _ := strconv.Atoi(arg)
		err = syscall.Kill(pid, 0)
	case "privileges":
		var v int
		if v, err = unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0); err == nil {
			return fmt.Sprint(v)
		}
	case "limit":
		n, _ := strconv.Atoi(arg)
		var l unix.Rlimit
		if err = unix.Getrlimit(n, &l); err == nil {
			return fmt.Sprintf("%d %d", l.Cur, l.Max)
		}
	case "memory":
		n, _ := strconv.Atoi(arg)
		for range n {
			keep = append(keep, bytes.Repeat([]byte{1}, 1<<20))
		}
	}
	switch {
	case errors.Is(err, os.ErrPermission):
		return "denied"
	case err != nil:
		return err.Error()
	}
	return "ok"
}

// tried runs the program under a policy.
func tried(t *testing.T, p Policy, what ...string) ([]string, Report, error) {
	t.Helper()
	var report Report
	p.Report = func(r Report) { report = r }
	var out, errs bytes.Buffer
	proc, err := launch.Command(os.Args[0], launch.Args(what...), launch.Setenv("SANDBOX_ROLE=try", "GORACE=atexit_sleep_ms=0"), Confine(p)).
		Launch(t.Context(), launch.Request{Stdout: &out, Stderr: &errs})
	if err != nil {
		return nil, report, err
	}
	<-proc.Done()
	if proc.Exit().Code != 0 {
		t.Logf("%v: %.2000s", proc.Exit(), &errs)
	}
	return strings.Split(strings.TrimSpace(out.String()), "\n"), report, nil
}

// needLandlock skips where the kernel has none: then there is nothing to hold.
func needLandlock(t *testing.T, least int) {
	t.Helper()
	if _, version, err := abi(); err != nil || version < least {
		t.Skipf("this kernel has version %d of Landlock, and the test needs %d (%v)", version, least, err)
	}
}

// needPlainTCP skips where the measure for the network is not whole.
func needPlainTCP(t *testing.T) {
	t.Helper()
	needLandlock(t, netVersion)
	if runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		t.Skip("the filter of system calls is not there for this processor")
	}
}

// loaders are what a test binary needs that was linked with the C library.
func loaders() []string {
	var all []string
	for _, path := range []string{"/lib", "/lib64", "/usr/lib", "/etc/ld.so.cache"} {
		if _, err := os.Stat(path); err == nil {
			all = append(all, path)
		}
	}
	return all
}

func want(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, ", ") != strings.Join(want, ", ") {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFiles(t *testing.T) {
	needLandlock(t, 1)
	open, secret, own := t.TempDir(), t.TempDir(), t.TempDir()
	for _, dir := range []string{open, secret} {
		if err := os.WriteFile(dir+"/file", []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := Policy{Files: &Files{Read: []string{open}, Write: []string{own}, Execute: loaders()}}
	got, r, err := tried(t, p, "read:"+open+"/file", "read:"+secret+"/file", "write:"+open+"/file", "write:"+secret+"/new", "write:"+own+"/new", "read:"+own+"/new", "exec:/bin/true", "read:"+os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	want(t, got, "ok", "denied", "denied", "denied", "ok", "ok", "denied", "ok")
	for _, m := range r.Measures {
		if m.State != Applied || m.Late || m.Err != nil {
			t.Errorf("measure %v", m)
		}
	}
	if len(r.Measures) != 2 || r.PID == 0 || r.Path != os.Args[0] {
		t.Errorf("report %+v", r)
	}
	// A file by itself, and no rule at all.
	got, _, err = tried(t, Policy{Files: &Files{Read: []string{open + "/file"}, Execute: loaders()}}, "read:"+open+"/file", "read:"+secret+"/file")
	if err != nil {
		t.Fatal(err)
	}
	want(t, got, "ok", "denied")
	// The host is what it was.
	if _, err := os.ReadFile(secret + "/file"); err != nil {
		t.Error(err)
	}
}

func TestNetwork(t *testing.T) {
	needPlainTCP(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	number, _ := strconv.Atoi(port)
	for _, tt := range []struct {
		n    *Network
		want string
	}{{nil, "ok"}, {&Network{}, "denied"}, {&Network{Connect: []uint16{uint16(number)}}, "ok"}, {&Network{Bind: []uint16{uint16(number)}}, "denied"}} {
		got, r, err := tried(t, Policy{Network: tt.n}, "connect:"+l.Addr().String())
		if err != nil || !r.whole() {
			t.Fatal(r, err)
		}
		want(t, got, tt.want)
	}
}

func TestScope(t *testing.T) {
	needLandlock(t, scopeVersion)
	got, _, err := tried(t, Policy{Scope: true}, "signal:"+strconv.Itoa(os.Getpid()))
	if err != nil {
		t.Fatal(err)
	}
	want(t, got, "denied")
}

func TestLimits(t *testing.T) {
	limits := Limits{Memory: 4 << 30, OpenFiles: 123, FileSize: 4567, CPU: 1500 * time.Millisecond, NoCore: true}
	got, r, err := tried(t, Policy{Limits: limits}, "privileges",
		fmt.Sprint("limit:", unix.RLIMIT_DATA), fmt.Sprint("limit:", unix.RLIMIT_NOFILE), fmt.Sprint("limit:", unix.RLIMIT_FSIZE), fmt.Sprint("limit:", unix.RLIMIT_CPU), fmt.Sprint("limit:", unix.RLIMIT_CORE))
	if err != nil {
		t.Fatal(err)
	}
	data := fmt.Sprint(4 << 30) // the race detector takes much of less
	want(t, got, "1", data+" "+data, "123 123", "4567 4567", "2 2", "0 0")
	for _, m := range r.Measures {
		if m.State != Applied || m.Late {
			t.Errorf("measure %v", m)
		}
	}
	got, _, err = tried(t, Policy{Limits: Limits{Memory: 128 << 20}}, "memory:300")
	if err != nil || strings.Join(got, "") == "ok" {
		t.Errorf("300 MiB of 128 were had: %q, %v", got, err)
	}
}

// The thread that was confined ends; no other thread of the host is.
func TestHostStaysAsItWas(t *testing.T) {
	for range 5 {
		if _, _, err := tried(t, Policy{}); err != nil {
			t.Fatal(err)
		}
	}
	confined := func() (n int) {
		found, _ := filepath.Glob("/proc/self/task/*/status")
		for _, path := range found {
			if text, err := os.ReadFile(path); err == nil && strings.Contains(string(text), "NoNewPrivs:\t1") {
				n++
			}
		}
		return n
	}
	for end := time.Now().Add(10 * time.Second); confined() > 0; runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("%d threads of the host are confined", confined())
		}
	}
}

func TestRequire(t *testing.T) {
	p := Policy{Files: &Files{Read: []string{"/no/such/directory"}, Execute: loaders()}}
	_, r, err := tried(t, p, "privileges")
	var refused *NotConfinedError
	if !errors.As(err, &refused) || !errors.Is(err, os.ErrNotExist) || r.PID != 0 || !strings.Contains(err.Error(), "(path /no/such/directory: failed: allow it: no such file") {
		t.Errorf("%v, %+v", err, r)
	}
	p.Mode = BestEffort
	got, r, err := tried(t, p, "privileges")
	if err != nil || r.PID == 0 || said(r) != "no new privileges applied, files applied, path /no/such/directory failed" {
		t.Errorf("%v, %+v", err, r)
	}
	want(t, got, "1")
	// A limit that cannot be is known before the start.
	if _, r, err := tried(t, Policy{Limits: Limits{OpenFiles: 1 << 62}}, "privileges"); err == nil || r.PID != 0 || !strings.Contains(err.Error(), "limit of open files: failed") {
		t.Errorf("%v, %+v", err, r)
	}
	death := launch.Attr(func(c *exec.Cmd) { c.SysProcAttr.Pdeathsig = syscall.SIGKILL })
	if _, err := launch.Command(os.Args[0], death, Confine(p)).Launch(t.Context(), launch.Request{}); err == nil || !strings.Contains(err.Error(), "Pdeathsig") {
		t.Error(err)
	}
}

// An older kernel has less, and each measure says so by itself.
func TestOlderKernels(t *testing.T) {
	real := abi
	defer func() { abi = real }()
	p := Policy{Files: &Files{Execute: loaders()}, Network: &Network{}, Scope: true, Mode: BestEffort}
	abi = func() (landlock.Config, int, error) {
		return landlock.Config{}, 0, fmt.Errorf("none: %w", ErrUnsupported)
	}
	_, r, err := tried(t, p, "privileges")
	if err != nil || len(r.Measures) != 4 || r.Measures[1].State != NotAvailable || r.Measures[3].State != NotAvailable {
		t.Errorf("%v, %+v", err, r)
	}
	p.Mode = Require
	if _, _, err := tried(t, p, "privileges"); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "network: not available") {
		t.Error(err)
	}
	abi = real
	needLandlock(t, 3)
	abi = func() (landlock.Config, int, error) { return landlock.V3, 3, nil }
	p.Mode = BestEffort
	_, r, err = tried(t, p, "privileges")
	if err != nil || len(r.Measures) != 4 {
		t.Fatalf("%v, %+v", err, r)
	}
	for _, m := range r.Measures {
		if older := m.Name == "network" || m.Name == "scope"; older != (m.State == NotAvailable) || older && !strings.Contains(m.String(), "has version 3 of Landlock, and this needs") {
			t.Errorf("measure %v", m)
		}
	}
}

// A confined plugin serves as any other, and can do what its policy says.
func TestPlugin(t *testing.T) {
	needLandlock(t, 1)
	c := tenon.NewClient(tenon.ClientConfig{Cookie: cookie, Launcher: launch.Command(os.Args[0], launch.Setenv("SANDBOX_ROLE=plugin"),
		Confine(Policy{Files: &Files{Execute: loaders()}, Limits: Limits{OpenFiles: 64}}))})
	defer c.Close()
	var s struct {
		Try func(context.Context, string) (string, error)
	}
	if err := dynamic.Bind(t.Context(), c, "s", &s); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Try(t.Context(), "read:/etc/passwd"); got != "denied" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}
