package transporttest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"reflect"
	"runtime"
	"sync"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// moment is how long a case waits so that a goroutine it has started is likely
// to be blocked where the case wants it. If it is not yet, the case tests
// something a little easier: it never fails because of it.
const moment = 15 * time.Millisecond

// env is what one run of a case works with. It keeps the first failure, in
// place of a testing.T, so that the suite itself can be tested.
type env struct {
	tr      transport.Transport
	link    Link
	timeout time.Duration

	mu       sync.Mutex
	err      error
	links    []net.Conn
	sessions []transport.Session
	spawned  sync.WaitGroup
}

func newEnv(tr transport.Transport, link Link, timeout time.Duration) *env {
	return &env{tr: tr, link: link, timeout: timeout}
}

// failf records a failure and ends the calling goroutine, which must be the
// case's own or one that was started with spawn.
func (e *env) failf(format string, args ...any) {
	e.record(fmt.Errorf(format, args...))
	runtime.Goexit()
}

// must fails unless err is nil.
func (e *env) must(what string, err error) {
	if err != nil {
		e.failf("%s: %w", what, err)
	}
}

func (e *env) record(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err == nil {
		e.err = err
	}
}

func (e *env) result() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.err
}

// runCase runs f as the case's own goroutine and waits for it.
func (e *env) runCase(f func(*env)) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(e)
	}()
	// Each step inside is bounded by the same timeout, and fails with a better
	// message; this guard is for a step that is not.
	if !waitFor(done, 4*e.timeout) {
		e.record(errors.New("the case hangs outside any step:\n" + allStacks()))
	}
}

// within runs f, one step of the case, and fails if it does not return in time.
func (e *env) within(what string, f func()) {
	done := make(chan struct{})
	finished := false
	go func() {
		defer close(done)
		f()
		finished = true
	}()
	if !waitFor(done, e.timeout) {
		e.failf("%s: did not return within %v; stacks:\n%s", what, e.timeout, allStacks())
	}
	if !finished {
		runtime.Goexit() // f has failed
	}
}

// A task is a goroutine of a case.
type task struct {
	what string
	done chan struct{}
	ok   bool // f returned; valid once done is closed
}

// spawn runs f beside the case. The case joins it with join; what it does not
// join is joined at the end, after the links are gone.
func (e *env) spawn(what string, f func()) *task {
	tk := &task{what: what, done: make(chan struct{})}
	e.spawned.Add(1)
	go func() {
		defer e.spawned.Done()
		defer close(tk.done)
		f()
		tk.ok = true
	}()
	return tk
}

// join waits for tasks, and fails if one of them does not end in time.
func (e *env) join(tasks ...*task) {
	for _, tk := range tasks {
		if !waitFor(tk.done, e.timeout) {
			e.failf("%s: did not return within %v; stacks:\n%s", tk.what, e.timeout, allStacks())
		}
		if !tk.ok {
			runtime.Goexit()
		}
	}
}

// running reports whether the task has not ended.
func (tk *task) running() bool {
	select {
	case <-tk.done:
		return false
	default:
		return true
	}
}

// rawLink returns a new link without sessions. tearDown closes both ends.
func (e *env) rawLink() (host, plugin net.Conn) {
	host, plugin, err := e.link.Make()
	e.must("make a link", err)
	e.mu.Lock()
	e.links = append(e.links, host, plugin)
	e.mu.Unlock()
	return host, plugin
}

// session starts a session over link.
func (e *env) session(link net.Conn, cfg transport.Config) transport.Session {
	var s transport.Session
	e.within("Session", func() {
		var err error
		s, err = e.tr.Session(link, cfg)
		e.must("Session", err)
		if s == nil {
			e.failf("Session: returned neither a session nor an error")
		}
	})
	e.mu.Lock()
	e.sessions = append(e.sessions, s)
	e.mu.Unlock()
	return s
}

// pair returns two sessions at the ends of one link.
func (e *env) pair() (host, plugin transport.Session) { return e.pairWith(transport.Config{}) }

// pairWith is pair with cfg on both sides, but for the side.
func (e *env) pairWith(cfg transport.Config) (host, plugin transport.Session) {
	a, b := e.rawLink()
	cfg.Side = transport.Host
	host = e.session(a, cfg)
	cfg.Side = transport.Plugin
	plugin = e.session(b, cfg)
	return host, plugin
}

// open opens a stream, which nobody learns of before it is written to.
func (e *env) open(s transport.Session) transport.Stream {
	var st transport.Stream
	e.within("Open", func() {
		var err error
		st, err = s.Open(e.context())
		e.checkPair("Open", st, err)
		e.must("Open", err)
	})
	return st
}

// accept waits for a stream of the peer's.
func (e *env) accept(s transport.Session) transport.Stream {
	var st transport.Stream
	e.within("Accept", func() {
		var err error
		st, err = s.Accept(e.context())
		e.checkPair("Accept", st, err)
		e.must("Accept", err)
	})
	return st
}

// connect opens a stream from one session to the other, one byte of which has
// crossed.
func (e *env) connect(from, to transport.Session) (opened, accepted transport.Stream) {
	opened = e.open(from)
	e.write(opened, []byte{'!'})
	accepted = e.accept(to)
	if got := e.read(accepted, 1); got[0] != '!' {
		e.failf("the first byte of an accepted stream is %q, sent was '!'", got)
	}
	return opened, accepted
}

// context returns one that never ends: steps are bounded by their own timeout.
func (e *env) context() context.Context { return context.Background() }

// checkPair fails unless exactly one of a result and its error is nil.
func (e *env) checkPair(what string, result any, err error) {
	switch {
	case err != nil && result != nil && reflect.ValueOf(result).Kind() == reflect.Pointer && reflect.ValueOf(result).IsNil():
		e.failf("%s: returned a nil %T inside a non-nil interface beside the error %q: the caller's check for nil does not see it", what, result, err)
	case err != nil && result != nil:
		e.failf("%s: returned a result (%T) beside the error %q", what, result, err)
	case err == nil && result == nil:
		e.failf("%s: returned neither a result nor an error", what)
	}
}

// tearDown ends all that the case has started: first in the orderly way, then by
// taking away the links.
func (e *env) tearDown() {
	e.mu.Lock()
	sessions, links := e.sessions, e.links
	e.mu.Unlock()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		var wg sync.WaitGroup
		for _, s := range sessions {
			wg.Go(func() { s.Close() })
		}
		wg.Wait()
	}()
	patience := e.timeout
	if e.result() != nil {
		patience = min(patience, time.Second) // it has failed already: do not dawdle
	}
	if !waitFor(closed, patience) {
		e.record(fmt.Errorf("Close of a session at the end of the case did not return within %v; stacks:\n%s", patience, allStacks()))
	}
	for _, l := range links {
		l.Close()
	}
	joined := make(chan struct{})
	go func() {
		defer close(joined)
		e.spawned.Wait()
	}()
	if !waitFor(joined, patience) {
		e.record(fmt.Errorf("a call was still blocked %v after both sessions and links were closed; stacks:\n%s", patience, allStacks()))
	}
}

// waitFor reports whether done was closed within timeout.
func waitFor(done <-chan struct{}, timeout time.Duration) bool {
	t := time.NewTimer(timeout)
	defer t.Stop()
	select {
	case <-done:
		return true
	case <-t.C:
		return false
	}
}

func allStacks() string {
	buf := make([]byte, 64<<10)
	return string(buf[:runtime.Stack(buf, true)])
}
