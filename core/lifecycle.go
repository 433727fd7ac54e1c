package tenon

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// A State is where a [Client] is in its life. docs/lifecycle.md draws it.
type State uint8

// The states of a [Client].
const (
	New      State = iota // nothing was started yet, or the start failed: it can be tried again
	Starting              // a start is under way
	Ready                 // the plugin serves
	Draining              // the plugin is being stopped; new calls fail
	Stopped               // the host stopped it; final
	Crashed               // it ended by itself, or its link did; final
)

// String returns the state's name in lower case.
func (s State) String() string {
	if names := [...]string{"new", "starting", "ready", "draining", "stopped", "crashed"}; int(s) < len(names) {
		return names[s]
	}
	return fmt.Sprintf("state %d", uint8(s))
}

// ErrStopped is what a [Client] returns that was stopped.
var ErrStopped = errors.New("tenon: the plugin was stopped by its host")

// life is where a client is. All of it changes in change, and nowhere else.
type life struct {
	mu         sync.Mutex
	state      State
	start      *start // while starting
	run        *run   // from ready on
	generation uint64 // counts the starts
	err        error  // why it ended
	ended      chan struct{}
}

// A start is one attempt, which several callers may wait for.
type start struct {
	cancel  context.CancelFunc
	waiting int           // callers; when the last one leaves the attempt is given up
	done    chan struct{} // closed when err stands
	err     error
}

// An event is what makes a client change its state.
type event uint8

const (
	begin     event = iota // somebody needs the plugin
	succeeded              // the start did; run is the plugin
	failed                 // the start did; err says why
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
		l.generation++
	case e == succeeded && before == Starting:
		l.state, l.run = Ready, r
	case e == succeeded && before == Draining: // stopped while it started: it goes at once
		l.run = r
	case e == failed && before == Starting:
		l.state = New
	case e == failed && before == Draining, e == stopping && before == New:
		l.end(Stopped, ErrStopped)
	case e == stopping && (before == Starting || before == Ready):
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
