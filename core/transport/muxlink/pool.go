package muxlink

import "sync"

// Smaller buffers are not worth a pool, and larger ones are left to the garbage
// collector.
const minPooled, maxPooled = 32 << 10, 2 << 20

// A Pool keeps large buffers between bursts, for all sessions of a transport. The zero
// value is an empty one; any goroutine may use it.
type Pool struct{ buffers sync.Pool }

// get returns an empty buffer with room for n bytes.
func (p *Pool) get(n int) []byte {
	if n < minPooled {
		return make([]byte, 0, 2*n)
	}
	if b, ok := p.buffers.Get().(*[]byte); ok && cap(*b) >= n {
		return (*b)[:0]
	}
	return make([]byte, 0, n+n/4)
}

// put takes back a buffer that nobody uses any more.
func (p *Pool) put(b []byte) {
	if cap(b) >= minPooled && cap(b) <= maxPooled {
		p.buffers.Put(&b)
	}
}
