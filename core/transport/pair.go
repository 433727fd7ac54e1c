package transport

// A PairWriter is a [Stream] that can write two slices as if they were one. Like
// [Watcher] it is something that drivers may offer beyond the contract, and core finds by
// asking: a large message then leaves from where it is, behind its header, and without it
// both are copied together first. It is worth offering where a write goes straight to the
// kernel; a multiplexer gains more from few and large writes.
type PairWriter interface {
	// WritePair is Write of head and then of body, in all its rules. n counts the bytes of
	// both.
	WritePair(head, body []byte) (n int, err error)
}
