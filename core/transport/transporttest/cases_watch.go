package transporttest

import "github.com/tenon-dev/tenon/core/transport"

func watchCases() []testCase {
	return []testCase{
		{
			name:        "watch-arrivals",
			explanation: "Arm makes the next arrival, or what is there already, call the function once. Disarm takes that back. (Of a Stream that is a Watcher.)",
			run:         caseWatchArrivals,
		},
		{
			name:        "watch-ends",
			explanation: "The end of the stream counts as an arrival, also when this side has closed it. Close of a watch ends it, before the stream or after it. (Of a Stream that is a Watcher.)",
			run:         caseWatchEnds,
		},
	}
}

// watched is a watch, and what its function was told.
type watched struct {
	transport.Watch
	told chan struct{}
}

// watch returns nil where the stream is no Watcher.
func (e *env) watch(s transport.Stream) *watched {
	w, ok := s.(transport.Watcher)
	if !ok {
		return nil
	}
	told := make(chan struct{}, 1000)
	watch, err := w.Watch(func() { told <- struct{}{} })
	e.must("Watch", err)
	return &watched{watch, told}
}

// expectTold waits for one call.
func (e *env) expectTold(w *watched, what string) {
	e.within("the call of a watch's function "+what, func() { <-w.told })
}

func (e *env) expectNotTold(w *watched, what string) {
	if n := len(w.told); n > 0 {
		e.failf("the function was called %d times %s", n, what)
	}
}

func caseWatchArrivals(e *env) {
	host, plugin := e.pair()
	near, far := e.connect(host, plugin)
	w := e.watch(near)
	if w == nil {
		return
	}
	for range 3 {
		w.Arm()
		w.Disarm()
		e.exchange(far, near, "while it was not armed")
		e.expectNotTold(w, "while it was not armed, for what was read meanwhile")
		w.Arm()
		e.write(far, []byte("while it was armed"))
		e.expectTold(w, "for bytes that came while it was armed")
		e.write(far, []byte(", and more"))
		e.expect(near, []byte("while it was armed, and more"))
		e.expectNotTold(w, "once more without being armed again")
		e.write(far, []byte("before it was armed"))
		w.Arm()
		e.expectTold(w, "for bytes that were there")
		e.expect(near, []byte("before it was armed"))
	}
	w.Close()
	w.Close()
	e.expectNotTold(w, "without a reason")
	e.exchange(far, near, "after the watch")
}

func caseWatchEnds(e *env) {
	host, plugin := e.pair()
	for _, end := range []struct {
		what string
		f    func(near, far transport.Stream)
	}{
		{"when the peer closed the stream", func(_, far transport.Stream) { e.closeStream(far) }},
		{"when the stream was closed here", func(near, _ transport.Stream) { e.closeStream(near) }},
	} {
		near, far := e.connect(host, plugin)
		w := e.watch(near)
		if w == nil {
			return
		}
		w.Arm()
		end.f(near, far)
		e.expectTold(w, end.what)
		w.Close()
		near.Close()
		far.Close()
	}
	near, _ := e.connect(host, plugin)
	w := e.watch(near)
	e.closeStream(near)
	for len(w.told) > 0 { // it may have been told before it was armed
		<-w.told
	}
	w.Arm()
	e.expectTold(w, "when it was armed after the end")
	w.Close()

	near, _ = e.connect(host, plugin)
	w = e.watch(near)
	w.Arm()
	e.closeSession(host)
	e.expectTold(w, "when the session was closed")
	w.Close()
}
