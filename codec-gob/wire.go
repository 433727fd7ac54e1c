package gobcodec

import (
	"errors"
	"fmt"
)

// A message is a row of segments, each of which is its length and that many
// bytes. The bytes begin with a type's id: negative where the segment defines
// that type, positive where it is the value. Numbers are gob's: an unsigned
// number below 128 is one byte; of a larger one the first byte is the negated
// count of the bytes that follow, most significant first. A signed number is
// shifted left by one, and inverted if it was negative.

// nilMessage is the message for a nil pointer, which gob cannot send. A segment
// of length zero is not otherwise valid.
const nilMessage = 0

var errShort = errors.New("the message ends too early")

// A cursor reads numbers and bytes. It is passed by pointer and stops for good
// at the first error.
type cursor struct {
	rest []byte
	err  error
}

func (c *cursor) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format, args...)
	}
	c.rest = nil
}

func (c *cursor) short() {
	if c.err == nil {
		c.err = errShort
	}
	c.rest = nil
}

func (c *cursor) uint() uint64 {
	if len(c.rest) == 0 {
		c.short()
		return 0
	}
	first := c.rest[0]
	if first < 0x80 {
		c.rest = c.rest[1:]
		return uint64(first)
	}
	n := -int(int8(first))
	if n > 8 {
		c.fail("a number of %d bytes", n)
		return 0
	}
	if len(c.rest) <= n {
		c.short()
		return 0
	}
	var x uint64
	for _, b := range c.rest[1 : 1+n] {
		x = x<<8 | uint64(b)
	}
	c.rest = c.rest[1+n:]
	return x
}

func (c *cursor) int() int64 {
	u := c.uint()
	if u&1 != 0 {
		return ^int64(u >> 1)
	}
	return int64(u >> 1)
}

// bytes reads a length and that many bytes.
func (c *cursor) bytes() []byte {
	n := c.uint()
	if n > uint64(len(c.rest)) {
		c.short()
		return nil
	}
	b := c.rest[:n]
	c.rest = c.rest[n:]
	return b
}

// split cuts a message where its definitions end and its value begins, and
// demands that nothing follows the value.
func split(src []byte) (definitions, value []byte, err error) {
	c := cursor{rest: src}
	for {
		start := len(src) - len(c.rest)
		body := cursor{rest: c.bytes()}
		if c.err == nil && len(body.rest) == 0 {
			c.fail("a segment without bytes")
		}
		id := body.int()
		switch {
		case c.err != nil:
			return nil, nil, c.err
		case body.err != nil:
			return nil, nil, body.err
		case id < 0:
			continue
		case len(c.rest) != 0:
			return nil, nil, fmt.Errorf("%d bytes are left over after the value", len(c.rest))
		}
		return src[:start], src[start:], nil
	}
}
