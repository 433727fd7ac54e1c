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

func (b *budget) give(n int) { b.used.Add(-int64(n)) }

func (b *budget) exceeded(n int) *Error {
	return exceeded("Receive", int(b.used.Load())+n, int(b.limit), "bytes of messages not yet decoded")
}
