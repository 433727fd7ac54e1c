package launch

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
)

func TestMergeEnv(t *testing.T) {
	got := mergeEnv([]string{"A=1", "odd", "B=1", "", "A=2"}, []string{"C=3", "B=4"}, []string{"A=5=6"})
	if want := []string{"odd", "", "C=3", "B=4", "A=5=6"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEnvPolicy(t *testing.T) {
	environ := []string{"PATH=/bin", "LC_ALL=C", "LC_TIME=C", "SECRET=x", "odd"}
	tests := []struct {
		policy EnvPolicy
		want   string
	}{
		{EnvPolicy{}, "PATH=/bin LC_ALL=C LC_TIME=C SECRET=x odd"},
		{InheritEnv(), "PATH=/bin LC_ALL=C LC_TIME=C SECRET=x odd"},
		{NoEnv(), ""},
		{AllowEnv(), ""},
		{AllowEnv("LC_*", "PATH", "HOME"), "PATH=/bin LC_ALL=C LC_TIME=C"},
		{AllowEnv("LC_", "SEC"), ""},
		{AllowEnv("*"), "PATH=/bin LC_ALL=C LC_TIME=C SECRET=x"},
	}
	for _, tt := range tests {
		if got := strings.Join(tt.policy.pick(environ), " "); got != tt.want {
			t.Errorf("%+v: got %q, want %q", tt.policy, got, tt.want)
		}
	}
}

// TestPrepare covers the seam for verification.
func TestPrepare(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	refused := errors.New("refused")
	cleaned := 0
	prepare := func(exec string, err error) Option {
		return Prepare(func(_ context.Context, path string) (string, func(), error) {
			if path != "/the/original" {
				t.Errorf("prepare was given %q", path)
			}
			return exec, func() { cleaned++ }, err
		})
	}
	if _, err := Command("/the/original", prepare("", refused)).Launch(t.Context(), Request{}); !errors.Is(err, refused) || cleaned != 0 {
		t.Error(err, cleaned)
	}
	if _, err := Command("/the/original", prepare("/no/such/copy", nil)).Launch(t.Context(), Request{}); !errors.Is(err, os.ErrNotExist) || cleaned != 1 {
		t.Error(err, cleaned)
	}
	swap := Attr(func(c *exec.Cmd) { c.Path = "/bin/sh" })
	if _, err := Command("/the/original", prepare(self, nil), swap).Launch(t.Context(), Request{}); err == nil || cleaned != 2 || !strings.Contains(err.Error(), "the path that was verified") {
		t.Error(err, cleaned)
	}
	p, err := Command("/the/original", prepare(self, nil), Args("-test.run=^$"), Setenv("GORACE=atexit_sleep_ms=0")).Launch(t.Context(), Request{})
	if err != nil {
		t.Fatal(err)
	}
	<-p.Done()
	if exit := p.Exit(); exit.Code != 0 || cleaned != 3 || p.Info().Path != "/the/original" {
		t.Error(exit, cleaned, p.Info())
	}
}

// What was verified runs, and not what somebody prepared.
func TestPrepareWithUsing(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p, err := Command("the original", Prepare(func(_ context.Context, path string) (string, func(), error) {
		if path != "/the/original" {
			t.Errorf("prepare was given %q", path)
		}
		return self, nil, nil
	}), Using(&exec.Cmd{Path: "/the/original", Args: []string{"it", "-test.run=^$"}})).Launch(t.Context(), Request{})
	if err != nil {
		t.Fatal(err)
	}
	<-p.Done()
	if exit := p.Exit(); exit.Code != 0 {
		t.Error(exit)
	}
}

// Functions stand around the start, and what they refuse does not run.
func TestAround(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var steps []string
	var pid int
	step := func(name string, fail error) Option {
		return Around(func(_ context.Context, cmd *exec.Cmd, start func() error) error {
			steps = append(steps, name)
			if err := start(); err != nil {
				return err
			}
			pid = cmd.Process.Pid
			steps = append(steps, name+" started")
			return fail
		})
	}
	quick := []Option{Args("-test.run=^$"), Setenv("GORACE=atexit_sleep_ms=0")}
	p, err := Command(self, append(quick, step("inner", nil), step("outer", nil))...).Launch(t.Context(), Request{})
	if err != nil {
		t.Fatal(err)
	}
	<-p.Done()
	if got := strings.Join(steps, ", "); got != "outer, inner, inner started, outer started" || p.Exit().Code != 0 {
		t.Error(got, p.Exit())
	}

	refused := errors.New("a rule could not be set")
	p, err = Command(self, append(quick, step("inner", refused))...).Launch(t.Context(), Request{Link: true})
	var start *StartError
	if p != nil || !errors.Is(err, refused) || !errors.As(err, &start) || start.Path != self || start.Found != refused.Error() {
		t.Error(p, err)
	}
	if pid != 0 && processExists(pid) {
		t.Errorf("process %d goes on", pid)
	}
	idle := Around(func(context.Context, *exec.Cmd, func() error) error { return nil })
	if p, err := Command(self, append(quick, idle)...).Launch(t.Context(), Request{}); p != nil || err == nil || !strings.Contains(err.Error(), "did not start it") {
		t.Error(p, err)
	}
	if _, err := Command("/no/such/file", step("inner", nil)).Launch(t.Context(), Request{}); !errors.Is(err, os.ErrNotExist) || !errors.As(err, &start) || start.Reason != ReasonNotFound {
		t.Error(err)
	}
}

func processExists(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	defer p.Release()
	return p.Signal(syscall.Signal(0)) == nil
}

func TestReasonsHaveNames(t *testing.T) {
	seen := make(map[string]bool)
	for r := ReasonOther; r <= ReasonWorkDir; r++ {
		if name := r.String(); name == "" || name == "unknown" || seen[name] {
			t.Errorf("%d is called %q", r, name)
		}
		seen[r.String()] = true
	}
	if Reason(200).String() != "unknown" {
		t.Error(Reason(200))
	}
}

func TestExitString(t *testing.T) {
	for want, exit := range map[string]Exit{
		"running":                     {},
		"exit code 2":                 {Exited: true, Code: 2},
		"exit code 1: bad":            {Exited: true, Code: 1, Err: errors.New("bad")},
		"lost":                        {Exited: true, Code: -1, Err: errors.New("lost")},
		"signal: " + os.Kill.String(): {Exited: true, Code: -1, Signal: os.Kill},
	} {
		if got := exit.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
