package transporttest

import (
	"github.com/tenon-dev/tenon/core/transport"
)

const independence = "Streams are independent: as many as Config.MaxStreams of them may stay unread, and full, without stopping the others."

func independenceCases() []testCase {
	return []testCase{
		{name: "full-streams-opener-writes", explanation: independence + " (The host opens and fills them.)", heavy: true, run: func(e *env) { caseFullStreams(e, false, true) }},
		{name: "full-streams-accepter-writes", explanation: independence + " (The host opens, the plugin fills them.)", heavy: true, run: func(e *env) { caseFullStreams(e, false, false) }},
		{name: "full-streams-from-the-plugin", explanation: independence + " (The plugin opens and fills them.)", heavy: true, run: func(e *env) { caseFullStreams(e, true, true) }},
		{name: "unaccepted-streams", explanation: independence + " (Nobody has accepted them yet.)", heavy: true, run: caseUnacceptedStreams},
		{name: "bulk-beside-small", explanation: "Streams are independent: small messages get through beside streams that never stop.", heavy: true, run: caseBulkBesideSmall},
	}
}

// fewStreams is how many streams are filled where it is not the point how many:
// a megabyte for each takes its time under the race detector. As many as the
// default allows are filled once, over the link that plugins have.
const fewStreams = 48

// caseFullStreams opens as many streams as one side may, fills them while the
// other side reads none, and wants streams of the other side to work all the
// while, and the full ones to go on once they are read.
func caseFullStreams(e *env, fromPlugin, openerWrites bool) {
	many := fewStreams
	if openerWrites && !fromPlugin && e.link.Name == socketpair {
		many = transport.DefaultMaxStreams
	}
	opener, accepter := e.pairWith(transport.Config{MaxStreams: many})
	if fromPlugin {
		opener, accepter = accepter, opener
	}
	ping, pong := e.connect(accepter, opener)
	var meter progress
	var opened, accepted []transport.Stream
	var writers []*task
	for range many {
		a, b := e.connect(opener, accepter)
		opened, accepted = append(opened, a), append(accepted, b)
		w := a
		if !openerWrites {
			w = b
		}
		writers = append(writers, e.spawn("Write to a stream that is not read", func() {
			(&progress{sum: &meter}).fill(w, 64<<20)
		}))
	}
	meter.waitUntilStill(e, func() { e.exchange(ping, pong, "beside full streams") })
	for range 20 {
		e.exchange(ping, pong, "all others are full")
	}
	a, b := e.connect(accepter, opener)
	e.exchange(a, b, "opened while all others are full")

	readers, closers := accepted, opened
	if !openerWrites {
		readers, closers = opened, accepted
	}
	for _, i := range []int{0, len(readers) / 2, len(readers) - 1} {
		e.read(readers[i], 300_000)
	}
	e.within("Close of all full streams", func() {
		for i := range closers {
			e.must("Close of a full stream", closers[i].Close())
			e.must("Close of a full stream", readers[i].Close())
		}
	})
	e.join(writers...)
	e.exchange(ping, pong, "after the full streams were closed")
}

// caseUnacceptedStreams fills streams that the peer has not accepted.
func caseUnacceptedStreams(e *env) {
	host, plugin := e.pairWith(transport.Config{MaxStreams: fewStreams})
	ping, pong := e.connect(plugin, host)
	var meter progress
	var writers []*task
	var opened []transport.Stream
	for range fewStreams {
		s := e.open(host)
		opened = append(opened, s)
		writers = append(writers, e.spawn("Write to a stream that nobody accepted", func() { (&progress{sum: &meter}).fill(s, 64<<20) }))
	}
	meter.waitUntilStill(e, func() { e.exchange(ping, pong, "beside unaccepted streams") })
	for range fewStreams {
		s := e.accept(plugin)
		e.read(s, 1000)
		e.closeStream(s)
	}
	for _, s := range opened {
		e.closeStream(s)
	}
	e.join(writers...)
	e.exchange(ping, pong, "after the streams were accepted")
}

// caseBulkBesideSmall wants progress on one stream beside four that never stop.
func caseBulkBesideSmall(e *env) {
	host, plugin := e.pair()
	ping, pong := e.connect(host, plugin)
	var tasks []*task
	var streams []transport.Stream
	for range 4 {
		a, b := e.connect(host, plugin)
		streams = append(streams, a)
		tasks = append(tasks,
			e.spawn("bulk Write", func() { (&progress{}).fill(a, 1<<40) }),
			e.spawn("bulk Read", func() {
				buf := make([]byte, 64<<10)
				for {
					if _, err := b.Read(buf); err != nil {
						return
					}
				}
			}))
	}
	for range 300 {
		e.exchange(ping, pong, "small beside bulk")
	}
	for _, s := range streams {
		e.closeStream(s)
	}
	e.join(tasks...)
}
