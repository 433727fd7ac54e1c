package rpc

import "sync"

// A buffer holds one message on its way in or out. Buffers are pooled: whoever
// has one frees it, once, and touches it no more.
type buffer struct {
	b []byte
}

// Buffers are kept in three sizes. What grew past the largest is left to the
// garbage collector, so that one huge message does not stay for ever.
const (
	smallBuffer = 2 << 10
	frameBuffer = headroom + maxFrame
	largeBuffer = 2 << 20
)

var bufferPools = [...]struct {
	size int
	pool *sync.Pool
}{
	{smallBuffer, &sync.Pool{}},
	{frameBuffer, &sync.Pool{}},
	{largeBuffer, &sync.Pool{}},
}

// newBuffer returns an empty buffer with room for size bytes.
func newBuffer(size int) *buffer {
	for i := range bufferPools {
		p := &bufferPools[i]
		if size > p.size {
			continue
		}
		if m, ok := p.pool.Get().(*buffer); ok {
			m.b = m.b[:0]
			return m
		}
		if p.size == largeBuffer { // a message that needs less than the ceiling gets what it needs
			break
		}
		return &buffer{b: make([]byte, 0, p.size)}
	}
	return &buffer{b: make([]byte, 0, size)}
}

// free gives m back. m may be nil.
func (m *buffer) free() {
	if m == nil {
		return
	}
	c := cap(m.b)
	for i := len(bufferPools) - 1; i >= 0; i-- {
		if c >= bufferPools[i].size {
			if i < len(bufferPools)-1 || c <= 2*largeBuffer {
				bufferPools[i].pool.Put(m)
			}
			return
		}
	}
}

// headroom is what an outgoing message keeps free before its body: the header,
// and the length of the whole where it is cut up.
const headroom = headerSize + 4

// newMessage returns a buffer whose body starts behind the headroom.
func newMessage() *buffer {
	m := newBuffer(smallBuffer)
	m.b = m.b[:headroom]
	return m
}

// body returns what stands behind the headroom.
func (m *buffer) body() []byte { return m.b[headroom:] }
