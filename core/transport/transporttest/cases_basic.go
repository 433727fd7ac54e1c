package transporttest

import (
	"encoding/binary"
	"strings"
	"sync"

	"github.com/tenon-dev/tenon/core/transport"
)

func basicCases() []testCase {
	return []testCase{
		{
			name:        "name",
			explanation: "Name is the token by which host and plugin agree on a transport during the handshake. It carries the version of the bytes on the wire.",
			run:         caseName,
		},
		{
			name:        "sides-do-not-wait",
			explanation: "Both sides call Session, with different values of Config.Side, and neither waits for the other.",
			run:         caseSidesDoNotWait,
		},
		{
			name:        "basic-io",
			explanation: "A Stream is an ordered flow of bytes in both directions.",
			run:         caseBasicIO,
		},
		{
			name:        "memory-order",
			explanation: "What happened before a Write is seen after the Read of its bytes. (Where both ends are in one process, the race detector has to know.)",
			run:         caseMemoryOrder,
		},
		{
			name:        "opener-writes-first",
			explanation: "The peer learns of the stream at the latest from the first bytes written.",
			run:         caseOpenerWritesFirst,
		},
		{
			name:        "both-open-at-once",
			explanation: "A Session carries many streams over one link. All methods may be called concurrently. (Both sides open.)",
			run:         caseBothOpenAtOnce,
		},
		{
			name:        "many-opens-at-once",
			explanation: "All methods of a Session may be called concurrently. (Open.)",
			run:         caseManyOpensAtOnce,
		},
		{
			name:        "many-streams-at-once",
			explanation: "Streams are independent.",
			run:         caseManyStreamsAtOnce,
		},
		{
			name:        "open-and-close-in-sequence",
			explanation: "Close of a stream ends both directions; what a stream used may be used by later ones.",
			heavy:       true,
			run:         caseOpenAndCloseInSequence,
		},
	}
}

func caseName(e *env) {
	name := e.tr.Name()
	if base, version, ok := strings.Cut(name, "/"); !ok || base == "" || version == "" {
		e.failf("Name returned %q, want a name, a slash and a version, like \"yamux/1\"", name)
	}
	if again := e.tr.Name(); again != name {
		e.failf("Name returned %q and then %q", name, again)
	}
}

func caseSidesDoNotWait(e *env) {
	for _, first := range []transport.Side{transport.Host, transport.Plugin} {
		a, b := e.rawLink()
		one := e.session(a, transport.Config{Side: first})
		two := e.session(b, transport.Config{Side: first.Peer()})
		opened, accepted := e.connect(one, two)
		e.exchange(opened, accepted, "after the "+first.String()+" came first")
	}
}

func caseBasicIO(e *env) {
	host, plugin := e.pair()
	for _, d := range []struct {
		from, to transport.Session
		msg      string
	}{{host, plugin, "from the host"}, {plugin, host, "from the plugin"}} {
		opened, accepted := e.connect(d.from, d.to)
		for range 5 {
			e.exchange(opened, accepted, d.msg)
		}
		e.closeStream(opened)
		e.expectEOF(accepted)
		e.closeStream(accepted)
	}
}

// caseMemoryOrder is a race unless the detector knows of the order that bytes bring.
func caseMemoryOrder(e *env) {
	host, plugin := e.pair()
	near, far := e.connect(host, plugin)
	message := make([]byte, 32<<10)
	said := ""
	writer := e.spawn("writer", func() {
		said = "before the write"
		e.writeHere(far, message)
	})
	e.expect(near, message)
	if said != "before the write" {
		e.failf("it said %q", said)
	}
	e.join(writer)
}

func caseOpenerWritesFirst(e *env) {
	host, plugin := e.pair()
	first, second := e.open(host), e.open(host)
	// The peer may see the streams in the order of the opening or of the
	// writing, so each one says who it is.
	e.write(second, []byte("second"))
	e.write(first, []byte("first!"))
	got := map[string]bool{}
	for range 2 {
		s := e.accept(plugin)
		got[string(e.read(s, 6))] = true
	}
	if !got["first!"] || !got["second"] {
		e.failf("the accepted streams began with %v, want \"first!\" and \"second\"", got)
	}
}

// caseBothOpenAtOnce opens from both sides without any order, and checks that
// each stream leads to its own peer.
func caseBothOpenAtOnce(e *env) {
	const each = 24
	host, plugin := e.pair()
	var tasks []*task
	for i, s := range []transport.Session{host, plugin} {
		tasks = append(tasks, e.spawn("opener", func() {
			for n := range each {
				e.ask(s, uint32(i*each+n))
			}
		}), e.spawn("accepter", func() { e.answerMany(s, each) }))
	}
	e.join(tasks...)
}

func caseManyOpensAtOnce(e *env) {
	const opens = 200
	host, plugin := e.pair()
	tasks := []*task{e.spawn("accepter", func() { e.answerMany(plugin, opens) })}
	for n := range opens {
		tasks = append(tasks, e.spawn("opener", func() { e.ask(host, uint32(n)) }))
	}
	e.join(tasks...)
}

func caseManyStreamsAtOnce(e *env) {
	const streams, rounds = 48, 8
	host, plugin := e.pair()
	var tasks []*task
	for n := range streams {
		opened, accepted := e.connect(host, plugin)
		tasks = append(tasks, e.spawn("exchange on one of many streams", func() {
			msg := strings.Repeat(string(rune('A'+n%26)), 1+37*n%500)
			for range rounds {
				e.exchangeHere(opened, accepted, msg)
			}
		}))
	}
	e.join(tasks...)
}

func caseOpenAndCloseInSequence(e *env) {
	const opens = 2000
	// Fewer than are opened, so that what a closed stream has used must come back.
	host, plugin := e.pairWith(transport.Config{MaxStreams: 8})
	accepter := e.spawn("accepter", func() { e.answerMany(plugin, opens) })
	before := 0
	for n := range opens {
		e.within("Open, Write, Read, Close", func() { e.askOn(e.openWhenFreeHere(host), uint32(n)) })
		if n == opens/10 {
			before = len(goroutines())
		}
	}
	e.join(accepter)
	if after := len(goroutines()); after > before+20 {
		e.failf("after %d streams there were %d goroutines, after %d there are %d", opens/10, before, opens, after)
	}
}

// ask opens a stream, sends a number, wants it back incremented, and closes.
func (e *env) ask(s transport.Session, n uint32) {
	st, err := s.Open(e.context())
	e.checkPair("Open", st, err)
	e.must("Open", err)
	e.askOn(st, n)
}

func (e *env) askOn(st transport.Stream, n uint32) {
	e.writeHere(st, binary.BigEndian.AppendUint32(nil, n))
	if got := binary.BigEndian.Uint32(e.readHere(st, 4)); got != n+1 {
		e.failf("asked %d, the answer is %d, want %d: the bytes of two streams are mixed", n, got, n+1)
	}
	e.must("Close of a stream", st.Close())
}

// answerMany accepts n streams and answers each one.
func (e *env) answerMany(s transport.Session, n int) {
	var wg sync.WaitGroup
	defer wg.Wait()
	for range n {
		st, err := s.Accept(e.context())
		e.checkPair("Accept", st, err)
		e.must("Accept", err)
		wg.Go(func() {
			asked := binary.BigEndian.Uint32(e.readHere(st, 4))
			e.writeHere(st, binary.BigEndian.AppendUint32(nil, asked+1))
			// The asker closes once it has the answer, and has to be waited for:
			// what is written must not be overtaken by an end.
			e.readEndHere(st)
			e.must("Close of a stream", st.Close())
		})
	}
}
