package transporttest

import (
	"context"
	"errors"
	"io"
	"net"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

func sessionCases() []testCase {
	return []testCase{
		{
			name:        "err-is-nil-before-done",
			explanation: "Err is nil before Done is closed, then it says why the session ended.",
			run:         caseErrIsNilBeforeDone,
		},
		{
			name:        "own-close",
			explanation: "Done is closed when the session has ended; Err matches net.ErrClosed after Close on this side. The end of the session matches net.ErrClosed everywhere.",
			run:         caseOwnClose,
		},
		{
			name:        "peer-close",
			explanation: "Done is closed on the peer's Close, and Err matches io.EOF after an orderly end of the link by the peer.",
			run:         casePeerClose,
		},
		{
			name:        "peer-close-delivers-first",
			explanation: "Read returns io.EOF when there are no more bytes, also when the link ended: what has arrived before can still be read.",
			run:         casePeerCloseDeliversFirst,
		},
		{
			name:        "close-session-unblocks",
			explanation: "Close ends every stream.",
			heavy:       true,
			run:         caseCloseSessionUnblocks,
		},
		{
			name:        "close-session-again",
			explanation: "Close: calling it again is fine and returns nil.",
			run:         caseCloseSessionAgain,
		},
		{
			name:        "close-session-concurrently",
			explanation: "All methods of a Session may be called concurrently. (Close with everything else.)",
			run:         caseCloseSessionConcurrently,
		},
	}
}

func caseErrIsNilBeforeDone(e *env) {
	host, plugin := e.pair()
	a, b := e.connect(host, plugin)
	e.exchange(a, b, "alive")
	for _, s := range []transport.Session{host, plugin} {
		select {
		case <-s.Done():
			e.failf("Done is closed although the session is alive: %v", s.Err())
		default:
		}
		if err := s.Err(); err != nil {
			e.failf("Err of a live session is %v, want nil", err)
		}
	}
	e.closeSession(plugin)
	e.waitDone(plugin)
	e.waitDone(host)
}

// afterEnd checks what a session and its streams do once the session has ended.
func (e *env) afterEnd(s transport.Session, st transport.Stream) {
	e.within("Open after the end of the session", func() {
		opened, err := s.Open(e.context())
		e.checkPair("Open after the end of the session", opened, err)
		e.wantClosed("Open after the end of the session", err)
	})
	e.within("Accept after the end of the session", func() {
		accepted, err := s.Accept(e.context())
		e.checkPair("Accept after the end of the session", accepted, err)
		e.wantClosed("Accept after the end of the session", err)
	})
	e.within("Write after the end of the session", func() {
		_, err := st.Write([]byte("too late"))
		e.wantClosed("Write after the end of the session", err)
	})
	e.within("Read after the end of the session", func() {
		n, err := st.Read(make([]byte, 16))
		if n != 0 || !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) {
			e.failf("Read after the end of the session returned %d bytes and the error %v, want io.EOF or net.ErrClosed", n, err)
		}
	})
}

func caseOwnClose(e *env) {
	host, plugin := e.pair()
	a, _ := e.connect(host, plugin)
	_, d := e.connect(plugin, host)
	e.closeSession(host)
	e.wantClosed("Err after Close on this side", e.waitDone(host))
	e.afterEnd(host, a)
	e.afterEnd(host, d)
}

func casePeerClose(e *env) {
	for _, first := range []transport.Side{transport.Host, transport.Plugin} {
		host, plugin := e.pair()
		a, b := e.connect(host, plugin)
		if first == transport.Host {
			host, plugin, a, b = plugin, host, b, a
		}
		accepting := e.spawn("Accept while the peer closes", func() {
			s, err := host.Accept(e.context())
			e.checkPair("Accept while the peer closes", s, err)
			e.wantClosed("Accept while the peer closes", err)
		})
		pause(moment / 5)
		e.closeSession(plugin)
		if err := e.waitDone(host); !errors.Is(err, io.EOF) {
			e.failf("Err after the peer's Close is %v, want one that matches io.EOF", err)
		}
		e.join(accepting)
		e.afterEnd(host, a)
		e.afterEnd(plugin, b)
		e.closeSession(host)
		if err := host.Err(); !errors.Is(err, io.EOF) {
			e.failf("Err after the peer's Close and then this side's is %v, want still one that matches io.EOF", err)
		}
	}
}

func casePeerCloseDeliversFirst(e *env) {
	host, plugin := e.pair()
	a, b := e.connect(host, plugin)
	ping, pong := e.connect(host, plugin)
	e.write(a, []byte("last words"))
	e.exchange(ping, pong, "so that the last words have arrived")
	e.closeSession(host)
	e.waitDone(plugin)
	e.expect(b, []byte("last words"))
	e.expectEOF(b)
}

// caseCloseSessionUnblocks closes a session under calls that wait: on one side
// its own, on the other the peer's.
func caseCloseSessionUnblocks(e *env) {
	for _, own := range []bool{true, false} {
		host, plugin := e.pair()
		a, b := e.connect(host, plugin)
		c, d := e.connect(host, plugin)
		var meters [2]progress
		var tasks []*task
		for i, p := range []struct {
			session     transport.Session
			read, write transport.Stream
		}{{host, a, c}, {plugin, b, d}} {
			tasks = append(tasks,
				e.spawn("Read while the session is closed", func() {
					if n, err := p.read.Read(make([]byte, 1)); n != 0 || err == nil {
						e.failf("Read while the session was closed returned %d bytes and the error %v", n, err)
					}
				}),
				e.spawn("Write while the session is closed", func() {
					meters[i].fill(p.write, 64<<20)
					e.wantClosed("Write while the session was closed", meters[i].err)
				}),
				e.spawn("Accept while the session is closed", func() {
					s, err := p.session.Accept(e.context())
					e.checkPair("Accept while the session was closed", s, err)
					e.wantClosed("Accept while the session was closed", err)
				}))
		}
		meters[0].waitUntilStill(e, nil)
		meters[1].waitUntilStill(e, nil)
		if own {
			e.closeSession(host)
		} else {
			e.closeSession(plugin)
		}
		e.waitDone(host)
		e.waitDone(plugin)
		e.join(tasks...)
	}
}

func caseCloseSessionAgain(e *env) {
	host, plugin := e.pair()
	e.connect(host, plugin)
	e.closeSession(host)
	e.waitDone(plugin)
	for range 3 {
		e.closeSession(host)
		e.closeSession(plugin)
	}
	host, plugin = e.pair()
	var tasks []*task
	for range 4 {
		tasks = append(tasks,
			e.spawn("Close", func() { e.must("Close of a session beside another Close", host.Close()) }),
			e.spawn("Close", func() { e.must("Close of a session beside another Close", plugin.Close()) }))
	}
	e.join(tasks...)
}

// caseCloseSessionConcurrently closes both sides at different moments of heavy
// use. All calls must return.
func caseCloseSessionConcurrently(e *env) {
	for round := range 12 {
		host, plugin := e.pair()
		a, b := e.connect(host, plugin)
		var tasks []*task
		for _, s := range []transport.Session{host, plugin} {
			tasks = append(tasks,
				e.spawn("Open", func() {
					for {
						st, err := s.Open(context.Background())
						e.checkPair("Open", st, err)
						if errors.Is(err, transport.ErrTooManyStreams) {
							pause(pollInterval)
							continue
						}
						if err != nil {
							return
						}
						st.Write([]byte("a few bytes"))
						st.SetReadDeadline(time.Now().Add(time.Hour))
						st.Close()
					}
				}),
				e.spawn("Accept", func() {
					for {
						st, err := s.Accept(context.Background())
						e.checkPair("Accept", st, err)
						if err != nil {
							return
						}
						io.Copy(io.Discard, onlyReader{st})
						st.Close()
					}
				}))
		}
		for _, st := range []transport.Stream{a, b} {
			tasks = append(tasks,
				e.spawn("Read", func() { io.Copy(io.Discard, onlyReader{st}) }),
				e.spawn("Write", func() { (&progress{}).fill(st, 1<<40) }))
		}
		pause(time.Duration(round) * moment / 12)
		closing := []*task{
			e.spawn("Close", func() { e.must("Close", host.Close()) }),
			e.spawn("Close", func() { e.must("Close", host.Close()) }),
		}
		if round%2 == 0 {
			closing = append(closing, e.spawn("Close", func() { e.must("Close", plugin.Close()) }))
		}
		e.join(closing...)
		e.waitDone(host)
		e.waitDone(plugin)
		e.join(tasks...)
	}
}
