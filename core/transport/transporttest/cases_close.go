package transporttest

import (
	"io"
	"sync"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

func streamCloseCases() []testCase {
	return []testCase{
		{
			name:        "close-unblocks-read",
			explanation: "Close unblocks a Read that is waiting.",
			run:         caseCloseUnblocksRead,
		},
		{
			name:        "close-unblocks-write",
			explanation: "Close unblocks a Write that is waiting, and returns without waiting for the peer.",
			heavy:       true,
			run:         caseCloseUnblocksWrite,
		},
		{
			name:        "close-stream-again",
			explanation: "Close: calling it again is fine and returns nil.",
			run:         caseCloseStreamAgain,
		},
		{
			name:        "close-delivers",
			explanation: "Close: what was written before is still delivered. Read returns io.EOF after the peer closed the stream and all that it sent was read.",
			run:         caseCloseDelivers,
		},
		{
			name:        "use-after-close",
			explanation: "The end of a stream matches net.ErrClosed.",
			run:         caseUseAfterClose,
		},
		{
			name:        "write-after-peer-close",
			explanation: "Close of the peer ends both directions: a Write here fails or blocks, and Close unblocks it.",
			run:         caseWriteAfterPeerClose,
		},
		{
			name:        "close-leaves-others-alone",
			explanation: "Streams are independent: closing one, also with bytes unread or under way, does nothing to the others.",
			run:         caseCloseLeavesOthersAlone,
		},
		{
			name:        "close-unused-stream",
			explanation: "Close: a stream that was opened and never written to can be closed like any other.",
			run:         caseCloseUnusedStream,
		},
		{
			name:        "close-stream-concurrently",
			explanation: "Close and SetReadDeadline may be called at any time by any goroutine.",
			run:         caseCloseStreamConcurrently,
		},
	}
}

func caseCloseUnblocksRead(e *env) {
	host, plugin := e.pair()
	opened, accepted := e.connect(host, plugin)
	unused := e.open(plugin)
	for what, s := range map[string]transport.Stream{"the opener's": opened, "the accepter's": accepted, "an unused": unused} {
		reading := e.spawn("Read of "+what+" stream that is closed meanwhile", func() {
			n, err := s.Read(make([]byte, 1))
			if n != 0 || err == nil {
				e.failf("Read of %s stream that was closed meanwhile returned %d bytes and the error %v", what, n, err)
			}
		})
		pause(moment)
		e.closeStream(s)
		e.join(reading)
	}
}

func caseCloseUnblocksWrite(e *env) {
	host, plugin := e.pair()
	opened, accepted := e.connect(host, plugin)
	for what, s := range map[string]transport.Stream{"the opener's": opened, "the accepter's": accepted} {
		var meter progress
		writing := e.spawn("Write to "+what+" stream that is closed meanwhile", func() {
			meter.fill(s, 64<<20)
			if meter.err == nil {
				e.failf("Write to %s stream did not fail although the stream was closed", what)
			}
		})
		meter.waitUntilStill(e, nil)
		e.closeStream(s)
		e.join(writing)
	}
	a, b := e.connect(host, plugin)
	e.exchange(a, b, "the session is unharmed")
}

func caseCloseStreamAgain(e *env) {
	host, plugin := e.pair()
	opened, accepted := e.connect(host, plugin)
	for range 3 {
		e.closeStream(opened)
	}
	e.expectEOF(accepted)
	for range 3 {
		e.closeStream(accepted)
	}
	opened, accepted = e.connect(plugin, host)
	e.closeSession(plugin)
	e.closeStream(opened)
	e.closeStream(opened)
	e.waitDone(host)
	e.closeStream(accepted)
	e.closeStream(accepted)
}

func caseCloseDelivers(e *env) {
	host, plugin := e.pair()
	for _, size := range []int{1, 1000, 40_000} {
		for _, fromAccepter := range []bool{false, true} {
			writer, reader := e.connect(host, plugin)
			if fromAccepter {
				writer, reader = reader, writer
			}
			want := newPattern(size).next(size)
			e.write(writer, want)
			e.closeStream(writer)
			pause(moment / 5) // the end may overtake the bytes, if it can
			e.expect(reader, want)
			e.expectEOF(reader)
			e.expectEOF(reader)
			e.closeStream(reader)
		}
	}
	// The accepter may come long after the end.
	s := e.open(host)
	e.write(s, []byte("all of it"))
	e.closeStream(s)
	pause(moment)
	late := e.accept(plugin)
	e.expect(late, []byte("all of it"))
	e.expectEOF(late)
}

func caseUseAfterClose(e *env) {
	host, plugin := e.pair()
	opened, accepted := e.connect(host, plugin)
	e.write(accepted, []byte("never read"))
	for _, s := range []transport.Stream{opened, accepted} {
		e.closeStream(s)
		e.within("Read after Close", func() {
			n, err := s.Read(make([]byte, 16))
			if n != 0 {
				e.failf("Read after Close returned %d bytes", n)
			}
			e.wantClosed("Read after Close", err)
		})
		e.within("Write after Close", func() {
			n, err := s.Write([]byte("too late"))
			if n != 0 {
				e.failf("Write after Close took %d bytes", n)
			}
			e.wantClosed("Write after Close", err)
		})
	}
}

func caseWriteAfterPeerClose(e *env) {
	host, plugin := e.pair()
	for _, byAccepter := range []bool{true, false} {
		closing, writing := e.connect(host, plugin)
		if byAccepter {
			closing, writing = writing, closing
		}
		e.closeStream(closing)
		e.expectEOF(writing)
		writer := e.spawn("Write to a stream that the peer has closed", func() {
			(&progress{}).fill(writing, 32<<20)
		})
		e.closeStream(writing)
		e.join(writer)
	}
	a, b := e.connect(host, plugin)
	e.exchange(a, b, "the session is unharmed")
}

func caseCloseLeavesOthersAlone(e *env) {
	host, plugin := e.pair()
	ping, pong := e.connect(host, plugin)
	for i := range 12 {
		a, b := e.connect(host, plugin)
		flood := e.spawn("Write while the stream is closed", func() { (&progress{}).fill(a, e.scaled(100_000)) })
		if i%3 == 0 {
			e.read(b, 10)
		}
		if i%2 == 0 {
			e.closeStream(a)
			e.closeStream(b)
		} else {
			e.closeStream(b)
			e.closeStream(a)
		}
		e.join(flood)
		e.exchange(ping, pong, "undisturbed")
	}
}

func caseCloseUnusedStream(e *env) {
	const limit = 4
	host, plugin := e.pairWith(transport.Config{MaxStreams: limit})
	for range 5 * limit {
		e.within("Open and Close of a stream that is not used", func() {
			s := e.openWhenFreeHere(host)
			e.must("Close of an unused stream", s.Close())
		})
		// A driver may have told the peer, or not.
	}
	s := e.open(host)
	e.write(s, []byte("used"))
	e.within("Accept of the stream that is used", func() {
		for {
			peer, err := plugin.Accept(e.context())
			e.checkPair("Accept", peer, err)
			e.must("Accept", err)
			got, err := io.ReadAll(io.LimitReader(peer, 4))
			if string(got) == "used" {
				return
			}
			if len(got) != 0 || err != nil {
				e.failf("Read of a stream that was closed unused: %q, %v", got, err)
			}
			peer.Close()
		}
	})
}

// caseCloseStreamConcurrently calls everything at once on both ends. It wants no
// particular results, but that all calls return, and the race detector's peace.
func caseCloseStreamConcurrently(e *env) {
	host, plugin := e.pair()
	for range 15 {
		a, b := e.connect(host, plugin)
		var tasks []*task
		for _, s := range []transport.Stream{a, b} {
			var once sync.Once
			tasks = append(tasks,
				e.spawn("Read", func() { io.Copy(io.Discard, onlyReader{s}) }),
				e.spawn("Write", func() {
					(&progress{}).fill(s, e.scaled(200_000))
					once.Do(func() { s.Close() })
				}),
				e.spawn("SetReadDeadline", func() {
					for i := range 20 {
						s.SetReadDeadline(time.Now().Add(time.Duration(i%3+1) * time.Hour))
					}
				}),
				e.spawn("Close", func() {
					pause(moment / 5)
					e.must("Close", s.Close())
				}),
			)
		}
		e.join(tasks...)
	}
	a, b := e.connect(host, plugin)
	e.exchange(a, b, "the session is unharmed")
}
