package transport

// A Watcher is a [Stream] that can tell that bytes have arrived without being read, for
// less than it costs to have another goroutine wait for them. It is something that
// drivers may offer beyond the contract, and core finds by asking: most cannot, and need
// not, since core then lets a goroutine wait.
type Watcher interface {
	// Watch returns a watch that calls arrived on another goroutine. arrived must not wait.
	// A stream has one watch at most.
	Watch(arrived func()) (Watch, error)
}

// A Watch calls a function when bytes have arrived on a stream. One goroutine at a time
// uses it.
type Watch interface {
	// Arm makes the next arrival, or what is there already, call the function once. The
	// end of the stream counts as an arrival, also when this side has closed it.
	Arm()

	// Disarm takes that back. A call that is on its way still comes.
	Disarm()

	// Close ends the watch, before the stream or after it, and waits for a call that is on
	// its way. There is none after it. Calling it again is fine.
	Close()
}
