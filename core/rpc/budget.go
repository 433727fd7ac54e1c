package rpc

import "sync/atomic"

// A budget bounds the bytes of messages that one session holds and has not yet
// decoded, over all its lanes.
type budget struct {
	limit int64
	used  atomic.Int64
}

// take reserves n bytes, or reports that there is no room.
func (b *budget) take(n int) bool {
	if b.used.Add(int64(n)) > b.limit {
		b.used.Add(-int64(n))
		return false
	}
	return true
}

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
	case b.used.Add(int64(more)) <= b.limit/2:
		return m, n + more, true
	}
	b.give(more)
	m.free()
	return &buffer{b: make([]byte, 0, n)}, n, true
}

func (b *budget) give(n int) { b.used.Add(-int64(n)) }

func (b *budget) exceeded(n int) *Error {
	return exceeded("Receive", int(b.used.Load())+n, int(b.limit), "bytes of messages not yet decoded")
}
