package transporttest

import (
	"context"
	"errors"

	"github.com/tenon-dev/tenon/core/transport"
)

func contextCases() []testCase {
	return []testCase{
		{
			name:        "ended-context",
			explanation: "An ended context matches its ctx.Err(). When a method returns an error, its other result is nil.",
			run:         caseEndedContext,
		},
		{
			name:        "cancel-waiting-accept",
			explanation: "Accept waits for a stream that the peer opened; an ended context matches its ctx.Err().",
			run:         caseCancelWaitingAccept,
		},
		{
			name:        "cancelled-accept-loses-nothing",
			explanation: "Accept waits for a stream that the peer opened: one that arrives while an Accept is cancelled goes to the next.",
			run:         caseCancelledAcceptLosesNothing,
		},
		{
			name:        "open-context-ends-with-opening",
			explanation: "ctx bounds the opening only, not the life of the stream.",
			run:         caseOpenContext,
		},
	}
}

func caseEndedContext(e *env) {
	host, plugin := e.pair()
	ended, cancel := context.WithCancel(e.context())
	cancel()
	late, cancelLate := context.WithTimeout(e.context(), 0)
	defer cancelLate()
	for _, ctx := range []context.Context{ended, late} {
		for _, s := range []transport.Session{host, plugin} {
			e.within("Open with an ended context", func() {
				st, err := s.Open(ctx)
				e.checkPair("Open with an ended context", st, err)
				if !errors.Is(err, ctx.Err()) {
					e.failf("Open with an ended context: the error is %v, want %v", err, ctx.Err())
				}
			})
			e.within("Accept with an ended context", func() {
				st, err := s.Accept(ctx)
				e.checkPair("Accept with an ended context", st, err)
				if !errors.Is(err, ctx.Err()) {
					e.failf("Accept with an ended context: the error is %v, want %v", err, ctx.Err())
				}
			})
		}
	}
	a, b := e.connect(host, plugin)
	e.exchange(a, b, "the session is unharmed")
}

func caseCancelWaitingAccept(e *env) {
	host, plugin := e.pair()
	ctx, cancel := context.WithCancel(e.context())
	defer cancel()
	waiting := e.spawn("Accept until its context is cancelled", func() {
		st, err := plugin.Accept(ctx)
		e.checkPair("Accept", st, err)
		if !errors.Is(err, context.Canceled) {
			e.failf("Accept whose context was cancelled: the error is %v, want %v", err, context.Canceled)
		}
	})
	pause(moment)
	if !waiting.running() {
		e.join(waiting)
		e.failf("Accept returned although no stream was opened and its context is not cancelled")
	}
	cancel()
	e.join(waiting)
	timed, stop := context.WithTimeout(e.context(), moment)
	defer stop()
	e.within("Accept until its deadline", func() {
		st, err := plugin.Accept(timed)
		e.checkPair("Accept", st, err)
		if !errors.Is(err, context.DeadlineExceeded) {
			e.failf("Accept whose context timed out: the error is %v, want %v", err, context.DeadlineExceeded)
		}
	})
	a, b := e.connect(host, plugin)
	e.exchange(a, b, "the session is unharmed")
}

// caseCancelledAcceptLosesNothing cancels Accepts at the moment at which streams
// arrive.
func caseCancelledAcceptLosesNothing(e *env) {
	const streams = 150
	host, plugin := e.pairWith(transport.Config{MaxStreams: streams})
	opener := e.spawn("opener", func() {
		for range streams {
			s, err := host.Open(e.context())
			e.checkPair("Open", s, err)
			e.must("Open", err)
			e.writeHere(s, []byte{'!'})
		}
	})
	e.within("Accept of all streams, under contexts that end", func() {
		for got, try := 0, 0; got < streams; try++ {
			ctx, cancel := context.WithCancel(e.context())
			racing := e.spawn("cancel", cancel)
			if try%3 != 0 {
				e.join(racing) // now and then it has ended before
			}
			s, err := plugin.Accept(ctx)
			e.checkPair("Accept", s, err)
			cancel()
			switch {
			case err == nil:
				e.readHere(s, 1)
				got++
			case !errors.Is(err, context.Canceled):
				e.failf("Accept: the error is %v, want %v", err, context.Canceled)
			}
			e.join(racing)
		}
	})
	e.join(opener)
}

func caseOpenContext(e *env) {
	host, plugin := e.pair()
	ctx, cancel := context.WithCancel(e.context())
	s, err := host.Open(ctx)
	e.checkPair("Open", s, err)
	e.must("Open", err)
	cancel()
	e.write(s, []byte("after the context of Open has ended"))
	ctx, cancel = context.WithCancel(e.context())
	var peer transport.Stream
	e.within("Accept", func() {
		peer, err = plugin.Accept(ctx)
		e.checkPair("Accept", peer, err)
		e.must("Accept", err)
	})
	cancel()
	e.expect(peer, []byte("after the context of Open has ended"))
	e.exchange(s, peer, "both contexts have ended")
}
