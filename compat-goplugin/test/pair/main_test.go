package pair

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/tenon-dev/tenon/compat-goplugin/test/contract"
	"github.com/tenon-dev/tenon/compat-goplugin/test/ours"
	"github.com/tenon-dev/tenon/compat-goplugin/test/theirs"
)

// guard ends a test that would hang; nothing is measured against it.
const guard = 60 * time.Second

func TestMain(m *testing.M) {
	if role := os.Getenv(contract.RoleEnv); role != "" {
		play(role)
		return
	}
	os.Exit(run(m))
}

// run runs the tests, and counts a race that a process of our library has seen, whatever
// became of its exit code.
func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "races")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	os.Setenv(racesEnv, filepath.Join(dir, "race"))
	code := m.Run()
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, file := range files {
		text, _ := os.ReadFile(file)
		fmt.Printf("FAIL: a plugin or host of ours has a data race:\n%s\n", text)
		code = 1
	}
	return code
}

// racesEnv names where the race detector of plugins writes.
const racesEnv = "PAIR_RACES"

// play makes the test binary a plugin.
func play(role string) {
	var cfg contract.Plugin
	if err := json.Unmarshal([]byte(os.Getenv(contract.ConfigEnv)), &cfg); err != nil {
		panic(err)
	}
	switch role {
	case "ours":
		ours.Serve(cfg)
	case "theirs":
		theirs.Serve(cfg)
	case "host-ours", "host-theirs":
		playHost(strings.TrimPrefix(role, "host-"))
	default:
		playHostile(role)
	}
}

// command returns what starts a plugin.
func command(t testing.TB, role string, cfg contract.Plugin) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = []string{contract.RoleEnv + "=" + role, contract.ConfigEnv + "=" + string(text), race(role)}
	return cmd
}

// race is the setting of the race detector in a child. The races of the original are its
// own affair.
func race(role string) string {
	setting := "GORACE=atexit_sleep_ms=0"
	if path := os.Getenv(racesEnv); path != "" && !strings.Contains(role, "theirs") {
		setting += " log_path=" + path
	}
	return setting
}

// hosts are the two libraries as hosts.
var hosts = map[string]func(contract.Host) contract.Client{"ours": ours.New, "theirs": theirs.New}

// pairings runs a test for all four pairs, at the same time.
func pairings(t *testing.T, f func(t *testing.T, host, plugin string)) {
	for _, host := range []string{"ours", "theirs"} {
		for _, plugin := range []string{"ours", "theirs"} {
			t.Run(fmt.Sprintf("host=%s/plugin=%s", host, plugin), func(t *testing.T) {
				t.Parallel()
				f(t, host, plugin)
			})
		}
	}
}

// start starts a plugin and dispenses its service.
func start(t *testing.T, host, plugin string, h contract.Host, p contract.Plugin) (contract.Client, contract.Service) {
	t.Helper()
	if h.Cmd == nil && h.Reattach == nil {
		h.Cmd = command(t, plugin, p)
	}
	h.GRPC = true
	if h.Logger == nil {
		h.Logger = hclog.New(&hclog.LoggerOptions{Output: newTestWriter(t), Level: hclog.Debug, Name: host})
	}
	c := hosts[host](h)
	t.Cleanup(func() { within(t, "Kill", c.Kill) })
	svc, err := c.Dispense("svc")
	if err != nil {
		t.Fatal(err)
	}
	return c, svc
}

// within fails when f does not return in time.
func within(t testing.TB, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(guard):
		buf := make([]byte, 1<<20)
		t.Fatalf("%s did not return\n%s", what, buf[:runtime.Stack(buf, true)])
	}
}

// echo checks that a service answers.
func echo(t *testing.T, svc contract.Service) {
	t.Helper()
	if got, err := svc.Do("echo", "hello"); got != "hello" || err != nil {
		t.Errorf("echo gave %q, %v", got, err)
	}
}

// eventually waits for something that another process does.
func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	for end := time.Now().Add(guard); !cond(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("did not happen: %s", what)
		}
	}
}

// buffer is a bytes.Buffer for several goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// testWriter logs while the test runs.
type testWriter struct {
	mu   sync.Mutex
	t    testing.TB
	over bool
}

func newTestWriter(t testing.TB) *testWriter {
	w := &testWriter{t: t}
	t.Cleanup(func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.over = true
	})
	return w
}

func (w *testWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.over {
		w.t.Log(strings.TrimSpace(string(p)))
	}
	return len(p), nil
}

// alive reports whether a process is there and no zombie.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(rest, "Z")
}
