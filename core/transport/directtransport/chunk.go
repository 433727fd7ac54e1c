package directtransport

import (
	"sync"
	"sync/atomic"
)

// Sizes of chunks. A stream with a few bytes unread holds a small one; what
// comes in large frames is read straight into large ones.
const (
	smallChunk = 4 << 10
	largeChunk = 64 << 10
)

// chunk is a piece of a receive buffer: buf[r:w] is unread.
type chunk struct {
	buf     []byte
	r, w    int
	next    *chunk
	filling bool // the link's reader is reading into buf[w:] without the lock
}

// chunkPool keeps chunks of the two sizes for the streams of one session.
type chunkPool struct {
	// spare is one small chunk at hand: with it, a request and an answer in turn
	// never come near the pools.
	spare atomic.Pointer[chunk]
	small sync.Pool
	large sync.Pool
}

// get returns a chunk with room for n bytes, or as many as a chunk has.
func (p *chunkPool) get(n int) *chunk {
	if n > smallChunk {
		if c, ok := p.large.Get().(*chunk); ok {
			return c
		}
		return &chunk{buf: make([]byte, largeChunk)}
	}
	if c := p.spare.Swap(nil); c != nil {
		return c
	}
	if c, ok := p.small.Get().(*chunk); ok {
		return c
	}
	return &chunk{buf: make([]byte, smallChunk)}
}

// put takes back a chunk that nobody refers to any more.
func (p *chunkPool) put(c *chunk) {
	c.r, c.w, c.next = 0, 0, nil
	switch {
	case len(c.buf) == largeChunk:
		p.large.Put(c)
	case !p.spare.CompareAndSwap(nil, c):
		p.small.Put(c)
	}
}

// receiveBuffer holds the unread bytes of a stream. The stream's lock guards it.
type receiveBuffer struct {
	pool       *chunkPool
	head, tail *chunk
	size       int
}

// read moves unread bytes to p.
func (b *receiveBuffer) read(p []byte) int {
	n := 0
	for n < len(p) && b.size > 0 {
		c := b.head
		k := copy(p[n:], c.buf[c.r:c.w])
		c.r += k
		n += k
		b.size -= k
		if c.r == c.w && !c.filling {
			b.dropHead()
		}
	}
	return n
}

// append copies p behind the unread bytes. more is how many bytes of the same
// frame will follow.
func (b *receiveBuffer) append(p []byte, more int) {
	for len(p) > 0 {
		c := b.tail
		if c == nil || c.w == len(c.buf) {
			c = b.grow(len(p) + more)
		}
		k := copy(c.buf[c.w:], p)
		c.w += k
		b.size += k
		p = p[k:]
	}
}

// reserve returns room behind the unread bytes, for up to n bytes that are read
// from the link without the lock. commit has to follow.
func (b *receiveBuffer) reserve(n int) *chunk {
	c := b.tail
	// A short rest of a chunk is not worth a system call of its own.
	if c == nil || len(c.buf)-c.w < min(n, directRead) {
		c = b.grow(n)
	}
	c.filling = true
	return c
}

// commit makes n bytes, read into the reserved room of c, part of the buffer.
func (b *receiveBuffer) commit(c *chunk, n int) {
	c.filling = false
	c.w += n
	b.size += n
	if c.r == c.w && c == b.head {
		b.dropHead()
	}
}

// clear throws away all that is unread.
func (b *receiveBuffer) clear() {
	for b.head != nil {
		b.dropHead()
	}
	b.size = 0
}

func (b *receiveBuffer) grow(n int) *chunk {
	c := b.pool.get(n)
	if b.tail == nil {
		b.head = c
	} else {
		b.tail.next = c
	}
	b.tail = c
	return c
}

func (b *receiveBuffer) dropHead() {
	c := b.head
	b.head = c.next
	if b.head == nil {
		b.tail = nil
	}
	if !c.filling { // otherwise the link's reader still has it; nobody else may
		b.pool.put(c)
	}
}
