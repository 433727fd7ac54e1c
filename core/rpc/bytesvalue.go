package rpc

import "github.com/tenon-dev/tenon/core/codec"

// A slice of bytes that is a value by itself is what bulk streams are made of. Where the
// codec says what stands before the bytes, large ones go past it: they are sent from the
// memory in which the sender has them, and received into that of the receiver.

// largeBytes is the size from which on that is worth a look at the codec's head.
const largeBytes = 32 << 10

// A target is where the bytes of the next value go, if it is a slice of bytes: into the
// memory that the slice has, or new memory. The zero value is for values that have to be
// decoded.
type target struct {
	codec codec.ByteFramer
	to    *[]byte
}

// targetOf returns a target for v, which c encodes.
func targetOf(c codec.Codec, v any) target {
	to, ok := v.(*[]byte)
	if !ok {
		return target{}
	}
	framer, ok := c.(codec.ByteFramer)
	if !ok {
		return target{}
	}
	return target{framer, to}
}

// room looks at the first bytes of an encoding of size bytes, and returns how many of them
// are the head, and the memory for the others; nil where another value begins there.
func (t target) room(src []byte, size int) (head int, p []byte) {
	if t.codec == nil {
		return 0, nil
	}
	head, n, ok := t.codec.BytesHead(src)
	if !ok || head > len(src) || n != size-head {
		return 0, nil
	}
	if cap(*t.to) < n {
		*t.to = make([]byte, n)
	}
	*t.to = (*t.to)[:n]
	return head, *t.to
}
