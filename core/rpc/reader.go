package rpc

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// A reader reads frames from one stream and puts messages that were cut up
// together again. It belongs to one goroutine.
type reader struct {
	br       *bufio.Reader
	partial  map[uint32]*partial // messages of which pieces are missing, by id
	limit    int                 // Limits.Message and what may stand before it
	budget   *budget
	messages int // how many may be incomplete at a time
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
	over     *Error // the message was larger than a limit allows, and is gone
}

// The sizes of the buffers under a stream: large enough on a lane that many small
// frames take one read, and small on a flow, of which there may be many.
const (
	laneBuffer = 32 << 10
	flowBuffer = 8 << 10
)

func newReader(stream io.Reader, limits Limits, b *budget) *reader {
	return newReaderSize(stream, limits, b, laneBuffer)
}

func newReaderSize(stream io.Reader, limits Limits, b *budget, size int) *reader {
	return &reader{
		br:       bufio.NewReaderSize(stream, size),
		partial:  map[uint32]*partial{},
		limit:    limits.Message + limits.Metadata + maxFrame,
		budget:   b,
		messages: limits.Calls,
	}
}

// next returns the next whole message. An error of the stream is returned as it
// is; io.EOF in the middle of a frame becomes io.ErrUnexpectedEOF.
func (r *reader) next() (message, error) {
	for {
		head, err := r.br.Peek(headerSize)
		if err != nil {
			if len(head) > 0 && errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return message{}, err
		}
		h, err := parseHeader(head)
		if err != nil {
			return message{}, err
		}
		r.br.Discard(headerSize)
		if h.typ == frameData || h.flags&flagMore != 0 {
			msg, whole, err := r.piece(h)
			if err != nil || whole {
				return msg, err
			}
			continue
		}
		return r.single(h)
	}
}

// single reads the body of a message that came in one frame.
func (r *reader) single(h header) (message, error) {
	if h.length == 0 {
		return message{header: h}, nil
	}
	n := int(h.length)
	if !r.budget.take(n) {
		if _, err := r.br.Discard(n); err != nil {
			return message{}, unexpected(err)
		}
		return message{header: h, over: r.budget.exceeded(n)}, nil
	}
	m := newBuffer(n)
	m.b = m.b[:n]
	if _, err := io.ReadFull(r.br, m.b); err != nil {
		m.free()
		r.budget.give(n)
		return message{}, unexpected(err)
	}
	return message{header: h, m: m, body: m.b, reserved: n}, nil
}

// piece reads one piece of a message that is cut up.
func (r *reader) piece(h header) (msg message, whole bool, err error) {
	p := r.partial[h.id]
	n := int(h.length)
	switch {
	case h.typ == frameData && p == nil:
		return message{}, false, &ProtocolError{Violation: fmt.Sprintf("DATA for message %d, of which there was no first piece", h.id)}
	case h.typ != frameData && p != nil:
		return message{}, false, &ProtocolError{Violation: fmt.Sprintf("%v %d begins while the message of that id is incomplete", h.typ, h.id)}
	case h.typ != frameCall && h.typ != frameReply && h.typ != frameMessage && h.typ != frameData:
		return message{}, false, &ProtocolError{Violation: fmt.Sprintf("%v in pieces", h.typ)}
	case p == nil:
		if p, err = r.first(h); err != nil {
			return message{}, false, err
		}
		n -= 4
	}
	if h.flags&flagAbort != 0 {
		r.drop(h.id, p)
		return message{}, false, nil
	}
	if got := p.size + n; got > p.total || got < p.total && h.flags&flagMore == 0 {
		return message{}, false, &ProtocolError{Violation: fmt.Sprintf("a message of %d bytes, where %d were announced", got, p.total)}
	}
	if err := r.fill(p, n); err != nil {
		return message{}, false, unexpected(err)
	}
	if h.flags&flagMore != 0 {
		return message{}, false, nil
	}
	delete(r.partial, h.id)
	p.h.flags &^= flagMore
	if p.over != nil {
		return message{header: p.h, over: p.over}, true, nil
	}
	return message{header: p.h, m: p.m, body: p.m.b, reserved: p.reserved}, true, nil
}

// first reads what stands before the first piece.
func (r *reader) first(h header) (*partial, error) {
	if h.length < 4 {
		return nil, &ProtocolError{Violation: "a first piece without the length of the whole"}
	}
	if len(r.partial) >= r.messages {
		return nil, &ProtocolError{Violation: fmt.Sprintf("more than %d messages in pieces at a time", r.messages)}
	}
	var length [4]byte
	if _, err := io.ReadFull(r.br, length[:]); err != nil {
		return nil, unexpected(err)
	}
	p := &partial{h: h, total: int(uint32(length[0])<<24 | uint32(length[1])<<16 | uint32(length[2])<<8 | uint32(length[3]))}
	if p.total > r.limit {
		p.over = exceeded("Message", p.total, r.limit, "bytes of a message", "this side")
	}
	r.partial[h.id] = p
	return p, nil
}

// fill reads n bytes into p. Room is made as bytes arrive, never for what was
// only announced: at most four times what is there.
func (r *reader) fill(p *partial, n int) error {
	p.size += n
	if p.over == nil && p.size > r.limit {
		p.over = exceeded("Message", p.size, r.limit, "bytes of a message", "this side")
	}
	if p.over == nil && (p.m == nil || p.size > p.reserved) {
		r.grow(p)
	}
	if p.over != nil {
		r.release(p)
		_, err := r.br.Discard(n)
		return err
	}
	at := len(p.m.b)
	p.m.b = p.m.b[:p.size]
	_, err := io.ReadFull(r.br, p.m.b[at:])
	return err
}

func (r *reader) grow(p *partial) {
	want := max(min(p.total, 4*p.size), p.size)
	if !r.budget.take(want - p.reserved) {
		p.over = r.budget.exceeded(want)
		return
	}
	p.reserved = want
	if p.m != nil && cap(p.m.b) >= want { // a pooled buffer has more room than was asked for
		return
	}
	m := newBuffer(want)
	if p.m != nil {
		m.b = append(m.b, p.m.b...)
		p.m.free()
	}
	p.m = m
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

// close frees what was incomplete.
func (r *reader) close() {
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
