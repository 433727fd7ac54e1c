package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"time"
)

// The test binary plays every role, as the real one does.
func TestMain(m *testing.M) {
	if role := os.Getenv(roleEnv); role != "" {
		play(role)
		return
	}
	os.Setenv("GORACE", "atexit_sleep_ms=0") // else every plugin takes a second to exit under the race detector
	os.Exit(m.Run())
}

// chaos runs the program and returns what it printed.
func chaos(t *testing.T, want int, change func(*options), args ...string) string {
	t.Helper()
	var out bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	var code int
	if change == nil {
		code = run(ctx, args, &out, &out)
	} else {
		o := options{seed: 1, length: time.Minute, stdout: &out, stderr: &out}
		change(&o)
		code = o.run(ctx)
	}
	if code != want {
		t.Fatalf("exit code %d, want %d\n%s", code, want, &out)
	}
	t.Log(out.String())
	return out.String()
}

// TestEveryFaultIsSurvived does everything once over each transport; short, over
// one.
func TestEveryFaultIsSurvived(t *testing.T) {
	over := "unix,direct,yamux,smux"
	if testing.Short() {
		over = "smux"
	}
	names := strings.Split(over, ",")
	steps := len(faults()) * len(names)
	out := chaos(t, 0, func(o *options) {
		o.seed, o.length, o.steps, o.over = uint64(time.Now().UnixNano()), 5*time.Minute, steps, over
	})
	for line := range strings.Lines(out) {
		for _, f := range faults() {
			if fields := strings.Fields(line); len(fields) > 0 && fields[0] == f.name && strings.Join(fields[1:], "") != strings.Repeat("1", len(names)) {
				t.Errorf("not everything was done once: %s", line)
			}
		}
	}
}

func TestCycles(t *testing.T) {
	n := 30
	if testing.Short() {
		n = 8
	}
	out := chaos(t, 0, func(o *options) { o.steps, o.faults, o.cycles, o.many = 1, "kill", n, 10 })
	for _, want := range []string{"times start and SIGKILL: nothing left", "times start and Close: nothing left", "10 plugins together: all were ready"} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q", want)
		}
	}
}

// TestTheSuiteNotices lets victims break what the suite promises to look at.
func TestTheSuiteNotices(t *testing.T) {
	for env, want := range map[string]string{
		liesEnv:  "got the answer to call",
		leaksEnv: "processes were left behind",
	} {
		out := chaos(t, 1, func(o *options) { o.steps, o.faults, o.victimEnv = 3, "handler-panic", []string{env + "=1"} })
		if !strings.Contains(out, want) || !strings.Contains(out, "to see it again: chaos -seed 1") {
			t.Errorf("%s: it does not say %q:\n%s", env, want, out)
		}
	}
}

// TestTheCensusNotices leaves something of each kind behind.
func TestTheCensusNotices(t *testing.T) {
	s, err := newSuite("test", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	before := s.counter.count()
	block := make(chan struct{})
	defer close(block)
	go func() { <-block }()
	f, err := os.Create(s.counter.tmp + "/left")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	err = s.counter.more(before)
	for _, want := range []string{"goroutines were left", "descriptors were left", "files were left"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in %v", want, err)
		}
	}
}

func TestTheSameSeedDoesTheSame(t *testing.T) {
	sequence := func(seed uint64) (names string) {
		next := steps(faults(), transports(), seeded(seed))
		for range 2 * len(faults()) * len(transports()) {
			st := next()
			names += st.fault.name + "/" + st.transport.Name() + " "
		}
		return names
	}
	if first, again := sequence(3), sequence(3); first != again {
		t.Error("two runs differ")
	}
	if sequence(3) == sequence(4) {
		t.Error("another seed does the same")
	}
}

func TestBadArguments(t *testing.T) {
	for _, args := range [][]string{{"-nonsense"}, {"more"}, {"-faults=nobody"}, {"-transports=tcp"}} {
		if out := chaos(t, 2, nil, args...); out == "" {
			t.Errorf("%q: nothing is said", args)
		}
	}
	if out := chaos(t, 0, nil, "-list", "-faults=kill"); !strings.Contains(out, "kill-with-child") || strings.Contains(out, "flood") {
		t.Errorf("-list says %q", out)
	}
}
