package launchtest

import (
	"runtime"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/launch"
)

// A Harness connects a launcher to the suite.
type Harness struct {
	// New returns a launcher that starts the program. It is called once for each
	// case, and what it must release it gives to t.Cleanup.
	New func(t *testing.T, p Program) launch.Launcher

	// Promises says what the launcher can do.
	Promises Promises

	// Guard bounds each wait of the suite; only a launcher that is broken reaches it.
	// Default: 30 s.
	Guard time.Duration
}

// Promises are the abilities that launchers may lack. The zero value promises what
// every launcher must do and no more.
type Promises struct {
	Link   bool // Launch with Request.Link makes an inherited link, or has one anyway
	Exit   bool // the end of the plugin is seen, and its exit code
	Output bool // it starts a process: with output, environment and a process id
	Group  bool // Kill reaches what the plugin started, too
	Once   bool // it can launch one time only
}

// covers reports whether p has all that need asks for. Once is asked for exactly.
func (p Promises) covers(need Promises, once *bool) bool {
	return (p.Link || !need.Link) && (p.Exit || !need.Exit) && (p.Output || !need.Output) &&
		(p.Group || !need.Group) && (once == nil || p.Once == *once)
}

// Run runs every case that the harness's promises cover, each as a subtest. It
// counts goroutines and open files, so that nothing else may run beside it.
func Run(t *testing.T, h Harness) {
	t.Helper()
	for _, c := range cases() {
		if !h.Promises.covers(c.needs, c.once) {
			t.Logf("not promised, not run: %s: %s", c.name, c.sentence)
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			if err := c.run(t, h); err != nil {
				t.Errorf("%v\n\tcontract: %s", err, c.sentence)
			}
		})
	}
}

// A testCase holds one sentence of the contract.
type testCase struct {
	name     string
	sentence string
	needs    Promises
	once     *bool // nil: whatever Promises.Once says
	check    func(b *bench) error
}

func (c testCase) run(t *testing.T, h Harness) error {
	if h.Guard <= 0 {
		h.Guard = 30 * time.Second
	}
	if err := warmUp(); err != nil {
		return err
	}
	before := countHeld()
	b := &bench{t: t, h: h}
	err := c.check(b)
	if endErr := b.end(); err == nil {
		err = endErr
	}
	if err == nil {
		err = before.awaitRelease(h.Guard)
	}
	return err
}

// poll asks until ok returns true, or the guard is over.
func poll(guard time.Duration, ok func() bool) bool {
	limit := time.NewTimer(guard)
	defer limit.Stop()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		if ok() {
			return true
		}
		select {
		case <-tick.C:
		case <-limit.C:
			return ok()
		}
	}
}

// stacks returns those of all goroutines, for the report of a leak.
func stacks() string {
	buf := make([]byte, 256<<10)
	return string(buf[:runtime.Stack(buf, true)])
}
