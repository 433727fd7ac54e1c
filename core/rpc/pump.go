package rpc

import (
	"context"
	"io"
	"iter"
	"runtime"

	"github.com/tenon-dev/tenon/core/codec"
)

// sendBytes sends what r has as chunks until it ends, and then END, with r's error
// if there is one.
func (f *flow) sendBytes(r io.Reader, registered Errors) error {
	_, err := f.sendChunks(r)
	f.end(err, registered)
	return err
}

// sendChunks sends what r has until it ends. What it reads is sent from where it
// was read to.
func (f *flow) sendChunks(r io.Reader) (sent int64, err error) {
	for {
		m := newBuffer(frameBuffer)
		m.b = m.b[:frameBuffer]
		n, err := r.Read(m.b[headroom:])
		if room := len(m.b) - headroom; n < 0 || n > room {
			m.free()
			return sent, Errorf(Internal, "a reader, a %T, says that it read %d bytes into %d", r, n, room)
		}
		m.b = m.b[:headroom+n]
		var over error
		if n > 0 {
			over = f.send(frameChunk, m)
		} else if m.free(); err == nil { // nothing yet: whoever reads may have gone meanwhile
			over = f.maySend()
		}
		if over != nil {
			return sent, over
		}
		sent += int64(n)
		if err == io.EOF { // itself: what only matches it broke off
			return sent, nil
		}
		if err != nil {
			return sent, err
		}
	}
}

// receiveBytes writes to w what comes as chunks, until the end. It does not say
// STOP after an error.
func (f *flow) receiveBytes(w io.Writer) (written int64, err error) {
	for {
		msg, err := f.next()
		if isEnd(err) {
			return written, nil
		}
		if err != nil {
			return written, err
		}
		n, err := f.writeChunk(w, msg)
		if written += int64(n); err != nil {
			return written, err
		}
	}
}

// writeChunk writes a chunk to w, and gives back what that holds even if w panics.
func (f *flow) writeChunk(w io.Writer, msg message) (int, error) {
	defer f.peer.release(&msg)
	if err := f.isChunk(msg); err != nil {
		return 0, err
	}
	return w.Write(msg.body)
}

func (f *flow) isChunk(msg message) error {
	if msg.over != nil { // its bytes are gone, and what follows would not fit
		f.abort(msg.over)
		return msg.over
	}
	if msg.typ != frameChunk {
		return Errorf(InvalidArgument, "the %v sends values where bytes are expected", f.peer.cfg.Side.Peer())
	}
	return nil
}

// sendValue sends one value.
func (f *flow) sendValue(c codec.Codec, v any) error {
	if b, ok := v.(*[]byte); ok {
		if sent, err := f.sendBytesValue(c, b); sent || err != nil {
			return err
		}
	}
	m := newMessageFor(f.sizes.guess())
	if err := encodeValue(c, m, v); err != nil {
		m.free()
		return Errorf(InvalidArgument, "a value of the stream does not encode as %s: %w", c.Name(), err)
	}
	f.sizes.note(len(m.body()))
	if n, limit := len(m.body()), f.peer.remote.Message; n > limit {
		m.free()
		return exceeded("Message", n, limit, "bytes of a value of a stream")
	}
	return f.send(frameMessage, m)
}

// sendBytesValue encodes a slice of bytes where it leaves from, instead of copying it
// there. It leaves what is not small to others.
func (f *flow) sendBytesValue(c codec.Codec, b *[]byte) (sent bool, err error) {
	if len(*b) > min(maxFrame-slack, f.peer.remote.Message/2) { // a codec may double them
		return false, nil
	}
	if err := f.maySend(); err != nil {
		return false, err
	}
	if framer, ok := c.(codec.ByteFramer); ok && len(*b) >= largeBytes && f.w.pairs() {
		return true, f.sendPair(framer, *b)
	}
	body := func(dst []byte) ([]byte, error) { return c.Append(dst, b) }
	sent, err = f.w.sendEncoded(context.Background(), header{typ: frameMessage}, body, f.turn())
	if err != nil {
		return false, f.why(err)
	}
	return sent, nil
}

// sendPair sends a slice of bytes from where it is, behind the head that it keeps for
// the next one.
func (f *flow) sendPair(c codec.ByteFramer, b []byte) error {
	var head [headerSize]byte
	f.head = c.AppendBytesHead(append(f.head[:0], head[:]...), len(b))
	h := header{typ: frameMessage, length: uint32(len(f.head) - headerSize + len(b))}
	h.put(f.head)
	if err := f.w.sendPair(f.head, b); err != nil {
		return f.why(err)
	}
	return nil
}

// receiveValue decodes the next value into v; io.EOF at a clean end.
func (f *flow) receiveValue(c codec.Codec, v any) error {
	msg, err := f.nextInto(targetOf(c, v))
	if err != nil {
		return err
	}
	defer f.peer.release(&msg)
	switch {
	case msg.over != nil:
		return msg.over
	case msg.typ != frameMessage:
		return Errorf(InvalidArgument, "the %v sends bytes where values are expected", f.peer.cfg.Side.Peer())
	case msg.stored:
		return nil
	}
	if err := decodeValue(c, msg.body, v); err != nil {
		return decodeError(Internal, err, "a value of the stream does not decode as %s: %w", c.Name(), err)
	}
	return nil
}

// sendAll sends the values of seq and ends the flow, with the error that seq gave
// if there is one. It stops early when the receiver has. A nil sequence has no
// values.
func sendAll[T any](f *flow, c codec.Codec, seq iter.Seq2[T, error], registered Errors) error {
	if seq == nil {
		f.end(nil, registered)
		return nil
	}
	for v, err := range seq {
		if err == nil {
			err = f.sendValue(c, &v)
		}
		if err != nil {
			f.end(err, registered)
			return err
		}
	}
	f.end(nil, registered)
	return nil
}

// receiveAll returns the values that come, and at the end the error with which
// the flow broke, if it did. Leaving the loop early stops the sender.
func receiveAll[T any](f *flow, c codec.Codec) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		defer f.stop()
		for {
			var v T
			err := f.receiveValue(c, &v)
			if isEnd(err) {
				return
			}
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// isEnd tells a clean end from an error of the other side that matches io.EOF.
func isEnd(err error) bool { return err == io.EOF }

// byteReader is a reader on the other side.
type byteReader struct {
	f   *flow
	msg message
	b   []byte // what is left of msg
}

var _ io.WriterTo = (*byteReader)(nil)

// Read implements [io.Reader].
func (r *byteReader) Read(p []byte) (int, error) {
	defer runtime.KeepAlive(r) // it is not abandoned while it is used
	if len(p) == 0 {
		return 0, nil
	}
	for len(r.b) == 0 {
		r.f.peer.release(&r.msg)
		msg, err := r.f.next()
		if err != nil {
			return 0, err
		}
		if err := r.f.isChunk(msg); err != nil {
			r.f.peer.release(&msg)
			return 0, err
		}
		// Nobody may read on, or close: what is held then is left to the garbage
		// collector, and must not count any more.
		r.f.peer.budget.give(msg.reserved)
		msg.reserved = 0
		r.msg, r.b = msg, msg.body
	}
	n := copy(p, r.b)
	r.b = r.b[n:]
	return n, nil
}

// WriteTo implements [io.WriterTo], without copying in between.
func (r *byteReader) WriteTo(w io.Writer) (int64, error) {
	defer runtime.KeepAlive(r)
	checked := &checkedWriter{w: w}
	var n int
	if len(r.b) > 0 { // some writers take note of a Write of nothing
		var err error
		n, err = checked.Write(r.b)
		if r.b = r.b[n:]; err != nil {
			return int64(n), err
		}
	}
	r.f.peer.release(&r.msg)
	more, err := r.f.receiveBytes(checked)
	if err != nil {
		r.f.stop()
	}
	return int64(n) + more, err
}

// Close stops the sender.
func (r *byteReader) Close() error {
	r.f.stop()
	return nil
}

// byteWriter is a writer on the other side.
type byteWriter struct {
	f          *flow
	registered Errors
}

var _ io.ReaderFrom = (*byteWriter)(nil)

// Write implements [io.Writer].
func (w *byteWriter) Write(p []byte) (int, error) {
	defer runtime.KeepAlive(w)
	for written := 0; ; {
		n := min(len(p)-written, maxFrame)
		if n == 0 {
			return written, nil
		}
		m := newBuffer(headroom + n)
		m.b = append(m.b[:headroom], p[written:written+n]...)
		if err := w.f.send(frameChunk, m); err != nil {
			return written, err
		}
		written += n
	}
}

// ReadFrom implements [io.ReaderFrom], without copying in between.
func (w *byteWriter) ReadFrom(r io.Reader) (int64, error) {
	defer runtime.KeepAlive(w)
	return w.f.sendChunks(r)
}

// Close ends the stream, cleanly. It returns when the other side has written all
// and has closed its writer, with that one's error, or when the stream breaks: at the
// latest with the call that the writer is an argument of, or the session.
func (w *byteWriter) Close() error {
	defer runtime.KeepAlive(w)
	w.f.end(nil, w.registered)
	return w.f.answer()
}
