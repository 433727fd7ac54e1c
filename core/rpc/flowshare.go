package rpc

// unreadStream is what a stream holds, over any transport, that nobody has begun to read.
const unreadStream = 256 << 10

// share is what a flow of the peer counts for until somebody begins to read it: nobody
// may ever do so, and it may have been closed by the peer, and make room for others, with
// all that was sent on it. Where more flows are allowed than there is room for, that many
// share half of the room.
func (t *flows) share() int64 {
	limits := t.peer.cfg.Limits
	return min(unreadStream, int64(limits.Receive)/2/int64(limits.Streams))
}

// begun gives back what was reserved for a flow that nobody had begun to read.
func (f *flow) begun() {
	if f.unread.Load() != 0 {
		f.peer.budget.streams.Add(-f.unread.Swap(0))
	}
}
