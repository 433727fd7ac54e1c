package rpc

import (
	"sync"
	"sync/atomic"
)

// A buffer holds one message on its way in or out. Buffers are pooled: whoever
// has one frees it, once, and touches it no more.
type buffer struct {
	b []byte
}

// The sizes in which buffers are made. What is larger than the last one is left to
// the garbage collector, so that one huge message does not stay for ever.
const (
	smallBuffer = 2 << 10
	frameBuffer = headroom + maxFrame
	slack       = 4 << 10 // for what a codec and the engine put around a round number of bytes
)

var bufferSizes = [...]int{smallBuffer, 16 << 10, frameBuffer, 256<<10 + slack, 1<<20 + slack, 4<<20 + slack}

var (
	bufferPools [len(bufferSizes)]sync.Pool
	shelves     [len(bufferSizes)]shelf
)

// onShelf is the first class whose buffers are kept on a shelf as well.
const onShelf = 2

// newBuffer returns an empty buffer with room for size bytes.
func newBuffer(size int) *buffer {
	for class, most := range bufferSizes {
		if size > most {
			continue
		}
		if m := takeBuffer(class); m != nil {
			m.b = m.b[:0]
			return m
		}
		return &buffer{b: make([]byte, 0, most)}
	}
	return &buffer{b: make([]byte, 0, size)}
}

// takeBuffer returns a pooled buffer, or nil.
func takeBuffer(class int) *buffer {
	if class >= onShelf {
		if m := shelves[class].take(); m != nil {
			return m
		}
	}
	m, _ := bufferPools[class].Get().(*buffer)
	return m
}

// free gives m back. m may be nil.
func (m *buffer) free() {
	if m == nil {
		return
	}
	// A codec may have put a longer slice in its place.
	for class := len(bufferSizes) - 1; class >= 0; class-- {
		if c := cap(m.b); c >= bufferSizes[class] {
			if class == len(bufferSizes)-1 && c > 2*bufferSizes[class] {
				return
			}
			if class < onShelf || !shelves[class].put(m) {
				bufferPools[class].Put(m)
			}
			return
		}
	}
}

// headroom is what an outgoing message keeps free before its body: the header,
// and the length of the whole where it is cut up.
const headroom = headerSize + 4

// newMessage returns a buffer whose body starts behind the headroom.
func newMessage() *buffer { return newMessageFor(0) }

// newMessageFor is newMessage with room for a body of about size bytes.
func newMessageFor(size int) *buffer {
	m := newBuffer(headroom + size)
	m.b = m.b[:headroom]
	return m
}

// body returns what stands behind the headroom.
func (m *buffer) body() []byte { return m.b[headroom:] }

// A sizeHint remembers how large the messages of one method are, so that the next
// one gets a buffer that it does not outgrow.
type sizeHint struct{ last atomic.Int32 }

// guess returns how large the next message may be.
func (h *sizeHint) guess() int { return int(h.last.Load()) }

// note remembers the size of a message. A smaller one only counts when it is much
// smaller: sizes vary, and outgrowing costs more than room.
func (h *sizeHint) note(size int) {
	const largest = 4 << 20
	last := int(h.last.Load())
	if size = min(size, largest); size > last || size < last/4 {
		h.last.Store(int32(size))
	}
}
