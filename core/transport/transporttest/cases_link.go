package transporttest

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

func linkCases() []testCase {
	return []testCase{
		{
			name:        "link-cut",
			explanation: "Done is closed when the session has ended, for whatever reason: an error of the link, or its end. Every call that waits returns.",
			heavy:       true,
			run:         caseLinkCut,
		},
		{
			name:        "link-cut-anywhere",
			explanation: "Done is closed when the session has ended, wherever among the bytes the link ended. Bytes that were not sent are never read.",
			run:         caseLinkCutAnywhere,
		},
		{
			name:        "link-closed-before",
			explanation: "The session owns link from the call on, also when it returns an error: a link that has already ended gives an error, or a session that ends.",
			run:         caseLinkClosedBefore,
		},
		{
			name:        "close-closes-link",
			explanation: "Close ends every stream and closes the link.",
			run:         caseCloseClosesLink,
		},
		{
			name:        "peer-does-not-read-link",
			explanation: "Close of a session waits for the goroutines of the session, not for the peer; Close of a stream returns without waiting for the peer, and unblocks a Write that is waiting.",
			heavy:       true,
			run:         casePeerDoesNotReadLink,
		},
		{
			name:        "garbage",
			explanation: "Done is closed when the session has ended, for whatever reason: also when the peer sent what no peer sends.",
			run:         caseGarbage,
		},
		{
			name:        "link-error-ends-session",
			explanation: "Done is closed when the session has ended: an error of the link while writing is enough.",
			run:         caseLinkErrorEndsSession,
		},
	}
}

// caseLinkCut takes the link away, at both ends, under calls that wait.
func caseLinkCut(e *env) {
	a, b := e.rawLink()
	host := e.session(a, transport.Config{Side: transport.Host})
	plugin := e.session(b, transport.Config{Side: transport.Plugin})
	opened, accepted := e.connect(host, plugin)
	fullA, fullB := e.connect(host, plugin)
	var meters [2]progress
	var tasks []*task
	for i, p := range []struct {
		session     transport.Session
		read, write transport.Stream
	}{{host, opened, fullA}, {plugin, accepted, fullB}} {
		tasks = append(tasks,
			e.spawn("Read while the link is cut", func() {
				if n, err := p.read.Read(make([]byte, 1)); n != 0 || err == nil {
					e.failf("Read while the link was cut returned %d bytes and the error %v", n, err)
				}
			}),
			e.spawn("Write while the link is cut", func() {
				meters[i].fill(p.write, 64<<20)
				if meters[i].err == nil {
					e.failf("Write while the link was cut did not fail")
				}
			}),
			e.spawn("Accept while the link is cut", func() {
				s, err := p.session.Accept(e.context())
				e.checkPair("Accept while the link was cut", s, err)
				e.wantClosed("Accept while the link was cut", err)
			}))
	}
	meters[0].waitUntilStill(e, nil)
	a.Close()
	b.Close()
	e.waitDone(host)
	e.waitDone(plugin)
	e.join(tasks...)
	e.afterEnd(host, opened)
	e.closeStream(opened)
	e.closeSession(host)
}

// caseLinkCutAnywhere ends the link after the first byte, the second, and so on,
// and further apart later.
func caseLinkCutAnywhere(e *env) {
	msg := newPattern(30).next(2000)
	for cut := int64(1); cut < 7000; cut = cut*9/8 + 1 {
		a, b := e.rawLink()
		var link net.Conn = newFaultyConn(a, faults{cutAfter: cut})
		if !e.tr.Supports(link) {
			return // it wants a connection that it knows
		}
		hs, herr := e.tr.Session(link, transport.Config{Side: transport.Host})
		ps, perr := e.tr.Session(b, transport.Config{Side: transport.Plugin})
		e.checkPair("Session", hs, herr)
		e.checkPair("Session", ps, perr)
		var tasks []*task
		if herr == nil {
			e.keep(hs)
			tasks = append(tasks, e.spawn("the side whose link is cut", func() {
				s, err := hs.Open(e.context())
				e.checkPair("Open", s, err)
				for err == nil {
					_, err = s.Write(msg)
				}
			}))
		}
		if perr == nil {
			e.keep(ps)
			tasks = append(tasks, e.spawn("the other side", func() { e.readAsFarAs(ps, msg) }))
		}
		e.join(tasks...)
		for _, s := range []transport.Session{hs, ps} {
			if s != nil {
				e.waitDone(s)
				e.closeSession(s)
			}
		}
	}
}

// readAsFarAs accepts a stream and wants repetitions of msg, up to any point.
func (e *env) readAsFarAs(s transport.Session, msg []byte) {
	st, err := s.Accept(e.context())
	e.checkPair("Accept", st, err)
	if err != nil {
		return
	}
	buf := make([]byte, 700)
	for at := 0; ; {
		n, err := st.Read(buf)
		for _, c := range buf[:n] {
			if c != msg[at%len(msg)] {
				e.failf("Read: byte %d is 0x%02x, sent was 0x%02x, before the link was cut", at, c, msg[at%len(msg)])
			}
			at++
		}
		if err != nil {
			return
		}
	}
}

// keep closes s at the end of the case.
func (e *env) keep(s transport.Session) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sessions = append(e.sessions, s)
}

func caseLinkClosedBefore(e *env) {
	for _, side := range []transport.Side{transport.Host, transport.Plugin} {
		for _, own := range []bool{true, false} {
			a, b := e.rawLink()
			ended := b
			if own {
				ended = a
			}
			ended.Close()
			e.sessionOverEndedLink(a, side)
		}
	}
}

// sessionOverEndedLink wants either no session and link closed, or a session
// that ends.
func (e *env) sessionOverEndedLink(link net.Conn, side transport.Side) {
	counted := newFaultyConn(link, faults{})
	if e.tr.Supports(counted) {
		link = counted
	}
	e.within("Session over a link that has ended", func() {
		s, err := e.tr.Session(link, transport.Config{Side: side})
		e.checkPair("Session over a link that has ended", s, err)
		if err != nil {
			if link == net.Conn(counted) && counted.closed.Load() == 0 {
				e.failf("Session returned the error %q and left its link open", err)
			}
			return
		}
		e.keep(s)
		e.waitDone(s)
		e.must("Close of a session whose link had ended", s.Close())
	})
}

func caseCloseClosesLink(e *env) {
	a, b := e.rawLink()
	host := e.session(a, transport.Config{Side: transport.Host})
	// What the session may say at its beginning and its end is nobody's business.
	drained := e.spawn("Read of the link until its end", func() { io.Copy(io.Discard, onlyReader{b}) })
	e.closeSession(host)
	e.join(drained)
	if _, err := a.Write([]byte{0}); err == nil {
		e.failf("the link can still be written to after Close of the session")
	}
}

// casePeerDoesNotReadLink has a peer whose process stands still: nobody reads
// the link.
func casePeerDoesNotReadLink(e *env) {
	a, _ := e.rawLink()
	host := e.session(a, transport.Config{Side: transport.Host})
	var meter progress
	var tasks []*task
	var streams []transport.Stream
	for range 10 {
		s := e.open(host)
		streams = append(streams, s)
		tasks = append(tasks, e.spawn("Write to a peer that stands still", func() {
			own := progress{sum: &meter}
			own.fill(s, 64<<20)
			if own.err == nil {
				e.failf("64 MiB were written to a peer that reads nothing")
			}
			e.wantClosed("Write to a peer that stands still", own.err)
		}))
	}
	meter.waitUntilStill(e, nil)
	// Each of them in turn may be the one that is busy writing to the link.
	for i, s := range streams[:8] {
		e.closeStream(s)
		e.join(tasks[i])
	}
	e.closeSession(host)
	e.wantClosed("Err", e.waitDone(host))
	e.join(tasks...)
}

func caseGarbage(e *env) {
	for seed := range 24 {
		for _, side := range []transport.Side{transport.Host, transport.Plugin} {
			e.garbage(side, seed)
		}
	}
}

// garbage feeds a session with what no peer sends, then ends the link.
func (e *env) garbage(side transport.Side, seed int) {
	a, b := e.rawLink()
	s, err := e.tr.Session(a, transport.Config{Side: side, MaxStreams: 16})
	e.checkPair("Session", s, err)
	if err != nil {
		return
	}
	e.keep(s)
	rnd := rand.New(rand.NewPCG(uint64(seed), 1))
	junk := make([]byte, 1+rnd.IntN(6000))
	for i := range junk {
		switch seed % 3 {
		case 0:
			junk[i] = byte(rnd.Uint32())
		case 1: // small numbers look more like a header
			junk[i] = byte(rnd.Uint32N(5))
		case 2:
			if rnd.Uint32N(4) == 0 {
				junk[i] = byte(rnd.Uint32N(8))
			}
		}
	}
	answers := e.spawn("Read of what the session says to garbage", func() { io.Copy(io.Discard, onlyReader{b}) })
	accepting := e.spawn("Accept from a peer that sends garbage", func() {
		for {
			st, err := s.Accept(e.context())
			e.checkPair("Accept", st, err)
			if err != nil {
				return
			}
			st.SetReadDeadline(time.Now().Add(moment))
			io.Copy(io.Discard, onlyReader{st})
			st.Close()
		}
	})
	e.within("writing garbage to the link", func() { b.Write(junk) }) // may fail: the session may have ended
	b.Close()
	e.waitDone(s)
	e.join(answers, accepting)
	e.closeSession(s)
}

func caseLinkErrorEndsSession(e *env) {
	a, b := e.rawLink()
	broken := &brokenWriter{Conn: a, err: fmt.Errorf("the suite broke writing")}
	if !e.tr.Supports(broken) {
		return
	}
	s, err := e.tr.Session(broken, transport.Config{Side: transport.Host})
	e.checkPair("Session", s, err)
	if err != nil {
		if !errors.Is(err, broken.err) {
			e.failf("Session over a link that cannot be written to: %v, want one that matches %q", err, broken.err)
		}
		return
	}
	e.keep(s)
	e.spawn("Read of the link", func() { io.Copy(io.Discard, onlyReader{b}) })
	e.within("Open and Write over a link that cannot be written to", func() {
		st, err := s.Open(e.context())
		e.checkPair("Open", st, err)
		for err == nil {
			_, err = st.Write(make([]byte, 10_000))
		}
	})
	e.waitDone(s)
}

// brokenWriter is a link whose writing side is broken, and whose reading side
// says nothing about it.
type brokenWriter struct {
	net.Conn
	err error
}

func (c *brokenWriter) Write([]byte) (int, error) { return 0, c.err }
