package rpc

import (
	"fmt"
	"runtime/debug"
)

// guarded runs f, code of the application that no handler waits for. Where f panics
// or ends its goroutine, broken is told why, so that whoever waits for what f was to
// do hears of it. what names the thing that f uses. After an ended goroutine nothing
// runs but what was deferred.
func (p *Peer) guarded(what string, f func(), broken func(*Error)) {
	returned := false
	defer func() {
		if returned {
			return
		}
		v := recover()
		if v == nil { // runtime.Goexit
			p.log.Error(what + " ended its goroutine")
			broken(Errorf(Internal, "%s ended its goroutine", what))
			return
		}
		caught := &PanicError{Value: fmt.Sprint(v), Stack: string(debug.Stack())}
		p.log.Error(what+" panicked", "panic", caught.Value, "stack", caught.Stack)
		broken(Errorf(Internal, "%s panicked: %w", what, caught))
	}()
	f()
	returned = true
}

// closing closes v, if it can be closed.
func (p *Peer) closing(v any) {
	p.guarded("the Close of a live value", func() { closeIt(v) }, func(*Error) {})
}

// sending returns pump, which sends what a value of the application has, such that
// the receiver learns of its panic as the error with which that ended.
func (f *flow) sending(what string, registered Errors, pump func()) func() {
	return func() {
		f.peer.guarded(what, pump, func(err *Error) { f.end(err, registered) })
	}
}
