package rpc

import "sync/atomic"

// A budget bounds the bytes of messages that one session holds and has not yet
// decoded, over all its lanes. What else a peer can make it hold leaves less for them.
type budget struct {
	limit int64
	used  atomic.Int64

	waiting atomic.Int64 // bytes of messages that have not left, since the peer does not read
	streams atomic.Int64 // what flows of the peer may hold that nobody has begun to read

	taken  atomic.Int64  // bytes since the last look at garbage
	strain chan struct{} // gets a value when much is held; nil: nobody watches
}

// take reserves n bytes, or reports that there is no room.
func (b *budget) take(n int) bool {
	used, room := b.used.Add(int64(n)), b.limit-b.others()
	if used > room {
		b.used.Add(-int64(n))
		return false
	}
	if used > room-b.limit/2 {
		b.strained(int64(n))
	}
	return true
}

// filling reports whether messages take half of their room or more.
func (b *budget) filling() bool { return b.used.Load() >= (b.limit-b.others())/2 }

// others is what is held beside messages that have arrived. Of what waits to leave a
// quarter of all counts at most: a peer that is only slow to read large results must not
// find that nothing it sends is taken, and calls are not read meanwhile anyway.
func (b *budget) others() int64 { return min(b.waiting.Load(), b.limit/4) + b.streams.Load() }

// takeStream reserves n bytes for a flow of the peer, or reports that there is no room.
// What the transport holds of it is there already; so there is a little room for that
// also where messages take all the rest, and few flows are refused because of those.
func (b *budget) takeStream(n int64) bool {
	b.streams.Add(n)
	held := b.held()
	if held > b.limit+b.limit/16 {
		b.streams.Add(-n)
		return false
	}
	if held > b.limit/2 {
		b.strained(n)
	}
	return true
}

// held is all that counts.
func (b *budget) held() int64 { return b.used.Load() + b.others() }

// buffer returns a buffer for n bytes, of which had are reserved already, and what is
// reserved for it now. A pooled one may have much more room than that, which takes memory
// as well: it counts, and where half of the budget is taken there is a buffer of just n
// bytes instead, so that what a session holds is what it has counted.
func (b *budget) buffer(n, had int) (m *buffer, reserved int, ok bool) {
	if !b.take(n - had) {
		return nil, had, false
	}
	m = newBuffer(n)
	more := cap(m.b) - n
	switch {
	case more <= smallBuffer:
		return m, n, true
	case b.used.Add(int64(more)) <= b.limit/2-b.others():
		return m, n + more, true
	}
	b.give(more)
	m.free()
	return &buffer{b: make([]byte, 0, n)}, n, true
}

func (b *budget) give(n int) { b.used.Add(-int64(n)) }

func (b *budget) exceeded(n int) *Error {
	return exceeded("Receive", int(b.used.Load()+b.others())+n, int(b.limit), "bytes of messages not yet decoded, or not read by the other side, and of streams that are not read")
}
