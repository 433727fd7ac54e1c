package tenon

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/tenon-dev/tenon/core/launch"
)

// A State is where a [Client] is in its life. docs/lifecycle.md draws it.
type State uint8

// The states of a [Client].
const (
	New        State = iota // nothing was started yet, or the start failed: it can be tried again
	Starting                // a start is under way
	Ready                   // the plugin serves
	Restarting              // one process has ended and the next one is not ready yet; calls wait for it
	Draining                // the plugin is being stopped; new calls fail
	Stopped                 // the host stopped it; final
	Crashed                 // it ended by itself, or its link did, and is not restarted; final
)

// String returns the state's name in lower case.
func (s State) String() string {
	if names := [...]string{"new", "starting", "ready", "restarting", "draining", "stopped", "crashed"}; int(s) < len(names) {
		return names[s]
	}
	return fmt.Sprintf("state %d", uint8(s))
}

var (
	// ErrStopped is what a [Client] returns that was stopped.
	ErrStopped = errors.New("tenon: the plugin was stopped by its host")

	// ErrReplaced is why references, streams and connections fail whose process was
	// replaced by [Client.Swap].
	ErrReplaced = errors.New("another process took the plugin's place")
)

// life is where a client is. Its state changes in change, and nowhere else.
type life struct {
	mu         sync.Mutex
	state      State
	launcher   launch.Launcher    // of the next start
	start      *start             // what callers wait for: while starting, and while restarting
	swapping   context.CancelFunc // gives up the swap that is under way; nil for none
	run        *run               // the process that serves, or is being stopped; nil for none
	leaving    *run               // the one that a swap replaces, until it has ended
	info       Info               // of the last one that was ready
	generation uint64             // counts the starts
	restarts   []time.Time        // the latest ones
	uses       map[string]int     // how many open objects there are of a service
	err        error              // why it ended
	told       bool               // its end
	ended      chan struct{}
}

// A start is what callers wait for that need the plugin: a start that they asked
// for, or a restart, which goes on without them.
type start struct {
	cancel  context.CancelFunc
	restart bool
	cause   error         // of a restart: why there is one; nil for a swap
	waiting int           // callers; when the last one leaves a start is given up
	done    chan struct{} // closed when err stands
	err     error
	settled bool
}

// An event is what makes a client change its state.
type event uint8

const (
	begin     event = iota // somebody needs the plugin
	succeeded              // a start did; run is the plugin
	failed                 // a start did, and there is no other; err says why
	vacated                // the process has ended, or is to be, and another one follows
	stopping               // the host stops it
	ended                  // the plugin is gone; err says why
)

// change moves the client from its state to the next one, and returns what it
// was in before. It is the drawing of docs/lifecycle.md in code. An event that
// means nothing in a state changes nothing.
func (l *life) change(e event, r *run, err error) (before State) {
	before = l.state
	switch {
	case e == begin && before == New:
		l.state = Starting
	case e == succeeded && (before == Starting || before == Restarting || before == Ready): // ready: a swap
		l.state, l.run, l.info = Ready, r, r.known()
	case e == succeeded && before == Draining: // stopped while it started: it goes at once
		l.run, l.info = r, r.known()
	case e == failed && before == Starting:
		l.state = New
	case e == failed && before == Restarting:
		l.end(Crashed, err)
	case e == vacated && before == Ready:
		l.state, l.run = Restarting, nil
	case e == failed && before == Draining, e == stopping && before == New:
		l.end(Stopped, ErrStopped)
	case e == stopping && (before == Starting || before == Ready || before == Restarting):
		l.state = Draining
	case e == ended && before == Draining:
		l.end(Stopped, ErrStopped)
	case e == ended && before == Ready:
		l.end(Crashed, err)
	}
	return before
}

func (l *life) end(s State, err error) {
	l.state, l.err = s, err
	close(l.ended)
}

// A turn is the right to make another process, which one goroutine has at a time.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

// take waits for the right. An error means that ctx ended first.
func (t turn) take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t turn) release() { <-t }
