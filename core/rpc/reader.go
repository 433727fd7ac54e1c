package rpc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/tenon-dev/tenon/core/codec"
)

// A reader reads frames from one stream and puts messages that were cut up
// together again. It belongs to one goroutine.
type reader struct {
	br       *readBuffer
	cur      arriving
	partial  map[uint32]*partial // messages of which pieces are missing, by id
	limit    int                 // Limits.Message and what may stand before it
	message  int                 // Limits.Message, which is what people know
	budget   *budget
	messages int    // how many may be incomplete at a time
	target   target // of the message that is read next; only a flow sets it
	large    int    // from which size on the target is asked: largeBytes
	flow     bool   // the stream is a flow, which has other frames than a lane, and one message at a time
	control  bool   // the stream is the control lane, which has messages of the engine alone
}

// partial is a message of which pieces are missing. When a limit was reached, it
// only counts what it throws away.
type partial struct {
	h        header
	m        *buffer
	total    int // as announced
	size     int
	reserved int
	over     *Error
}

// A message is a whole CALL or REPLY, or another frame.
type message struct {
	header
	m        *buffer // holds the body; whoever has the message frees it
	body     []byte
	reserved int    // bytes of the budget that freeing gives back
	stored   bool   // the body is no value to be decoded: it went to the reader's target
	over     *Error // the message was larger than a limit allows, and is gone
}

// The sizes of the buffers under a stream: large enough on a lane that many small
// frames take one read, and small on a flow, of which there may be many.
const (
	laneBuffer = 16 << 10
	flowBuffer = 8 << 10
)

func newReader(stream io.Reader, limits Limits, b *budget) *reader {
	return newReaderSize(stream, limits, b, laneBuffer)
}

func newReaderSize(stream io.Reader, limits Limits, b *budget, size int) *reader {
	return &reader{
		br:       newReadBuffer(stream, size),
		partial:  map[uint32]*partial{},
		limit:    limits.Message + limits.Metadata + maxFrame,
		message:  limits.Message,
		budget:   b,
		messages: limits.Calls,
		large:    largeBytes,
	}
}

// arriving is a frame whose header was read and whose body is not all there yet.
type arriving struct {
	open     bool
	h        header
	p        *partial // the message of which it is a piece, nil where it is a whole one
	m        *buffer  // where the body goes; nil: it is thrown away
	direct   []byte   // where the body goes instead, from what is missing on
	stored   bool     // it goes there
	left     int      // bytes of the body that are missing
	reserved int
	over     *Error
}

// next returns the next whole message. An error of the stream is returned as it
// is; io.EOF in the middle of a frame becomes io.ErrUnexpectedEOF. After one that
// matches os.ErrDeadlineExceeded the reader goes on where it was: no byte is lost.
func (r *reader) next() (message, error) {
	for {
		err := r.begin()
		if err == nil {
			err = r.absorb()
		}
		if err != nil {
			if !errors.Is(err, os.ErrDeadlineExceeded) {
				r.close()
			}
			return message{}, err
		}
		if msg, whole := r.arrived(); whole {
			return msg, nil
		}
	}
}

// buffered reports whether a whole message can be had without waiting. It is false
// for what does not fit into the buffer, and for messages in pieces.
func (r *reader) buffered() bool {
	n := r.br.buffered()
	if n < headerSize || r.cur.open {
		return false
	}
	head, _ := r.br.peek(headerSize)
	h, err := parseHeader(head)
	return err != nil || n-headerSize >= int(h.length) && h.typ != frameData && h.flags&flagMore == 0
}

// begin reads the header of the next frame, unless the last one is still
// arriving, and finds out where its body goes.
func (r *reader) begin() error {
	if r.cur.open {
		return nil
	}
	head, err := r.peek(headerSize)
	if err != nil {
		return err
	}
	h, err := parseHeader(head)
	switch {
	case err != nil:
	case r.flow:
		err = r.ofFlow(h)
	case r.control && !h.typ.forEngine():
		err = &ProtocolError{Violation: h.typ.String() + " on the control lane"}
	}
	if err != nil {
		return err
	}
	if h.typ == frameData || h.flags&flagMore != 0 {
		return r.beginPiece(h)
	}
	if len(r.partial) > 0 && h.typ != frameCancel && r.partial[h.id] != nil {
		return &ProtocolError{Violation: fmt.Sprintf("%v %d while the message of that id is incomplete", h.typ, h.id)}
	}
	n := int(h.length)
	if n >= r.large && h.typ == frameMessage && r.target.codec != nil {
		if head, err = r.peek(headerSize + min(n, codec.MaxBytesHead)); err != nil {
			return err
		}
	}
	r.br.skip(headerSize)
	r.cur = arriving{open: true, h: h, left: n}
	switch {
	case n == 0:
	case h.typ.forEngine():
		r.cur.m = newBuffer(n)
	case !r.makePlace(n, head[headerSize:]):
		r.cur.over = r.budget.exceeded(n)
	}
	return nil
}

// ofFlow says why that frame cannot come now on a flow, or nil.
func (r *reader) ofFlow(h header) error {
	switch h.typ {
	case frameData:
		return nil
	case frameMessage, frameChunk, frameEnd, frameStop:
		if len(r.partial) > 0 {
			return &ProtocolError{Violation: h.typ.String() + " between the pieces of a MESSAGE"}
		}
		return nil
	}
	return &ProtocolError{Violation: h.typ.String() + " on a flow"}
}

// makePlace finds out where the body of n bytes goes, which begins with src as far as that
// was read, and reports whether the budget has room for it.
func (r *reader) makePlace(n int, src []byte) (ok bool) {
	if len(src) > 0 {
		if !r.budget.take(n) {
			return false
		}
		if head, p := r.target.room(src, n); p != nil {
			r.br.skip(head)
			r.cur.direct, r.cur.stored, r.cur.left, r.cur.reserved = p, true, len(p), n
			return true
		}
		r.budget.give(n)
	}
	r.cur.m, r.cur.reserved, ok = r.budget.buffer(n, 0)
	return ok
}

// peek returns the next n bytes, which stay where they are.
func (r *reader) peek(n int) ([]byte, error) {
	b, err := r.br.peek(n)
	if err != nil && len(b) > 0 {
		err = unexpected(err)
	}
	return b, err
}

// absorb reads what is missing of the frame that arrives.
func (r *reader) absorb() error {
	c := &r.cur
	for c.left > 0 {
		var n int
		var err error
		switch {
		case c.stored:
			n, err = r.br.readBody(c.direct, c.left)
			c.direct = c.direct[n:]
		case c.m == nil:
			n, err = r.br.discard(c.left)
		default:
			at := len(c.m.b)
			room := min(cap(c.m.b), at+c.left+headerSize) // for what stands behind it too
			n, err = r.br.readBody(c.m.b[at:room], c.left)
			c.m.b = c.m.b[:at+n]
		}
		if c.left -= n; err != nil {
			return unexpected(err)
		}
	}
	return nil
}

// arrived makes the frame whose body is there a message, or part of one that is
// whole or not.
func (r *reader) arrived() (msg message, whole bool) {
	c := r.cur
	r.cur = arriving{}
	switch p := c.p; {
	case p == nil:
		msg = message{header: c.h, m: c.m, reserved: c.reserved, stored: c.stored, over: c.over}
	case c.h.aborts():
		r.drop(c.h.id, p)
		return message{}, false
	case c.h.flags&flagMore != 0:
		return message{}, false
	default:
		delete(r.partial, c.h.id)
		p.h.flags &^= flagMore
		msg = message{header: p.h, m: p.m, reserved: p.reserved, over: p.over}
	}
	if msg.m != nil {
		msg.body = msg.m.b
	}
	return msg, true
}

// beginPiece is begin for a piece of a message that is cut up.
func (r *reader) beginPiece(h header) (err error) {
	p := r.partial[h.id]
	size, n := headerSize, int(h.length)
	switch {
	case h.typ == frameData && p == nil:
		return &ProtocolError{Violation: fmt.Sprintf("DATA for message %d, of which there was no first piece", h.id)}
	case h.typ != frameData && p != nil:
		return &ProtocolError{Violation: fmt.Sprintf("%v %d while the message of that id is incomplete", h.typ, h.id)}
	case h.typ != frameCall && h.typ != frameReply && h.typ != frameMessage && h.typ != frameData:
		return &ProtocolError{Violation: fmt.Sprintf("%v in pieces", h.typ)}
	case p == nil:
		if p, err = r.first(h); err != nil {
			return err
		}
		size, n = size+4, n-4
	}
	r.br.skip(size)
	r.partial[h.id] = p
	r.cur = arriving{open: true, h: h, p: p, left: n}
	if h.aborts() {
		return nil
	}
	if p.size += n; p.size > p.total || p.size < p.total && h.flags&flagMore == 0 {
		return &ProtocolError{Violation: fmt.Sprintf("a message of %d bytes, where %d were announced", p.size, p.total)}
	}
	r.makeRoom(p)
	r.cur.m = p.m
	return nil
}

// first looks at what stands before the first piece, behind its header.
func (r *reader) first(h header) (*partial, error) {
	if h.length < 4 {
		return nil, &ProtocolError{Violation: "a first piece without the length of the whole"}
	}
	if len(r.partial) >= r.messages {
		return nil, &ProtocolError{Violation: fmt.Sprintf("more than %d messages in pieces at a time", r.messages)}
	}
	head, err := r.peek(headerSize + 4)
	if err != nil {
		return nil, err
	}
	p := &partial{h: h, total: int(binary.BigEndian.Uint32(head[headerSize:]))}
	if p.total > r.limit {
		p.over = r.tooLong(p.total)
	}
	return p, nil
}

func (r *reader) tooLong(size int) *Error {
	return exceeded("Message", size, r.message, "bytes of a message")
}

// makeRoom makes room for a piece of p, unless a limit forbids it. Room is made as
// bytes arrive, never for what was only announced: at most growth times what is
// there.
func (r *reader) makeRoom(p *partial) {
	if p.over == nil && p.size > r.limit {
		p.over = r.tooLong(p.size)
	}
	if p.over == nil && (p.m == nil || p.size > p.reserved) {
		r.grow(p)
	}
	if p.over != nil {
		r.release(p)
	}
}

// growth is how many times what has arrived there may be room for. Growing costs a
// copy; what is announced and does not come costs the peer its budget alone.
const growth = 16

func (r *reader) grow(p *partial) {
	want := max(min(p.total, growth*p.size), p.size)
	m, reserved, ok := r.budget.buffer(want, p.reserved)
	if !ok {
		p.over = r.budget.exceeded(want)
		return
	}
	if p.m != nil {
		m.b = append(m.b, p.m.b...)
		p.m.free()
	}
	p.m, p.reserved = m, reserved
}

func (r *reader) release(p *partial) {
	p.m.free()
	p.m = nil
	r.budget.give(p.reserved)
	p.reserved = 0
}

func (r *reader) drop(id uint32, p *partial) {
	r.release(p)
	delete(r.partial, id)
}

// close frees what was incomplete: the stream has ended.
func (r *reader) close() {
	if c := r.cur; c.open && c.p == nil {
		c.m.free()
		r.budget.give(c.reserved)
	}
	r.cur = arriving{}
	for id, p := range r.partial {
		r.drop(id, p)
	}
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
