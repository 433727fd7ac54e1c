package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"

	"github.com/tenon-dev/tenon/core/transport"
)

// The bytes of the protocol, written down once more: an attacker must not share the
// engine's mistakes, and can say what the engine cannot.
const (
	kindControl byte = 1
	kindCalls   byte = 2
	kindFlow    byte = 3

	frameCall     byte = 0x01
	frameReply    byte = 0x02
	frameData     byte = 0x03
	frameCancel   byte = 0x04
	framePing     byte = 0x10
	frameShutdown byte = 0x12
	frameRelease  byte = 0x14

	flagMore       byte = 0x01
	flagError      byte = 0x02
	flagDeadline   byte = 0x04
	flagMetadata   byte = 0x08
	flagReferences byte = 0x10

	headerSize = 12
	maxFrame   = 68 << 10
)

// frame is one frame; announced is its length where that is a lie.
type frame struct {
	typ, flags byte
	method     uint16
	id         uint32
	body       []byte
	announced  uint32
}

func (f frame) bytes() []byte {
	n := uint32(len(f.body))
	if f.announced != 0 {
		n = f.announced
	}
	b := binary.BigEndian.AppendUint32(make([]byte, 0, headerSize+len(f.body)), n)
	b = append(b, f.typ, f.flags)
	b = binary.BigEndian.AppendUint16(b, f.method)
	b = binary.BigEndian.AppendUint32(b, f.id)
	return append(b, f.body...)
}

// callBody is the body of a CALL of an object, without anything before the payload.
func callBody(object uint64, rest ...byte) []byte {
	return append(binary.BigEndian.AppendUint64(nil, object), rest...)
}

// pieces cuts a body up, as a message that is announced to have total bytes.
func pieces(f frame, total uint32, body []byte) []byte {
	first := f
	first.flags |= flagMore
	n := min(len(body), maxFrame-4)
	first.body = append(binary.BigEndian.AppendUint32(nil, total), body[:n]...)
	out := first.bytes()
	for body = body[n:]; len(body) > 0; body = body[n:] {
		n = min(len(body), maxFrame)
		next := frame{typ: frameData, id: f.id, body: body[:n]}
		if n < len(body) {
			next.flags = flagMore
		}
		out = append(out, next.bytes()...)
	}
	return out
}

// raw is the attacker's side of a session.
type raw struct {
	ctx         context.Context
	side        transport.Side
	codec       string
	deaf        bool // reads no replies
	heedless    bool // does not read the control lane
	session     transport.Session
	own         transport.Stream // the lane of the attacker's own calls
	theirs      transport.Stream // that of the victim's; nil until it was opened
	control     transport.Stream
	first, last chan struct{} // closed by the replies to firstCall and lastCall

	mu   sync.Mutex
	told []string // the errors that the victim replied with
}

// hello does the attacker's part of the handshake, and starts the transport, or what takes
// its place.
func hello(ctx context.Context, link net.Conn, side transport.Side, tr transport.Transport, a attack) (*raw, error) {
	codec := a.usesCodec()
	r := &raw{ctx: ctx, side: side, codec: codec, deaf: a.deaf, heedless: a.heedless, first: make(chan struct{}), last: make(chan struct{})}
	var err error
	if side == transport.Host {
		err = writeHello(link, map[string]any{"tenon": 1, "versions": []int{1}, "transports": []string{tr.Name()}, "codecs": []string{codec}, "limits": map[string]int{}})
	}
	if err == nil {
		_, err = readHello(link)
	}
	if err == nil && side == transport.Plugin {
		err = writeHello(link, map[string]any{"tenon": 1, "version": 1, "transport": tr.Name(), "codecs": []string{codec}, "limits": map[string]int{"calls": 1 << 30, "streams": 1 << 30}})
	}
	if err != nil {
		return nil, err
	}
	if a.flood != nil {
		return nil, a.flood(&mux{link: link, side: side, name: tr.Name()})
	}
	if r.session, err = tr.Session(link, transport.Config{Side: side, MaxStreams: 600}); err != nil {
		return nil, err
	}
	return r, r.lanes()
}

func writeHello(link net.Conn, message any) error {
	body, err := json.Marshal(message)
	if err != nil {
		return err
	}
	_, err = link.Write(append(binary.BigEndian.AppendUint32([]byte("TENO"), uint32(len(body))), body...))
	return err
}

func readHello(link net.Conn) ([]byte, error) {
	head := make([]byte, 8)
	if _, err := io.ReadFull(link, head); err != nil {
		return nil, err
	}
	body := make([]byte, min(binary.BigEndian.Uint32(head[4:]), 64<<10))
	_, err := io.ReadFull(link, body)
	return body, err
}

// lanes opens the attacker's lanes and takes the victim's.
func (r *raw) lanes() (err error) {
	if r.side == transport.Host {
		if r.control, err = r.open(kindControl); err != nil {
			return err
		}
		r.ignore(r.control)
	}
	if r.own, err = r.open(kindCalls); err != nil {
		return err
	}
	if !r.deaf || r.side == transport.Host { // a host needs the first reply
		go r.listen(r.own)
	}
	if r.side == transport.Plugin {
		for r.theirs == nil || r.control == nil {
			s, err := r.session.Accept(r.ctx)
			if err != nil {
				return err
			}
			kind := make([]byte, 1)
			if _, err := io.ReadFull(s, kind); err != nil {
				return err
			}
			switch kind[0] {
			case kindControl:
				r.control = s
				r.ignore(s)
			case kindCalls:
				r.theirs = s
			}
		}
		return nil
	}
	return r.dispense()
}

// ignore reads what is said on the control lane, unless not even that is to happen.
func (r *raw) ignore(control transport.Stream) {
	if !r.heedless {
		go io.Copy(io.Discard, control)
	}
}

func (r *raw) open(begin ...byte) (transport.Stream, error) {
	s, err := r.session.Open(r.ctx)
	if err != nil {
		return nil, err
	}
	_, err = s.Write(begin)
	return s, err
}

// dispense gets an object of the victim.
func (r *raw) dispense() error {
	body := callBody(0, fmt.Appendf(nil, `{"service":"victim","codecs":[%q]}`, r.codec)...)
	if err := r.send(r.own, frame{typ: frameCall, id: firstCall, body: body}); err != nil {
		return err
	}
	select {
	case <-r.first:
		return nil
	case <-r.ctx.Done():
		return r.ctx.Err()
	}
}

// listen reads what the victim replies, and keeps the errors.
func (r *raw) listen(s transport.Stream) {
	for {
		f, err := next(s)
		if err != nil {
			return
		}
		switch {
		case f.typ == frameReply && f.id == firstCall:
			close(r.first)
			if r.deaf {
				return
			}
		case f.typ == frameReply && f.id == lastCall:
			close(r.last)
		}
		if f.typ == frameReply && f.flags&flagError != 0 {
			r.mu.Lock()
			if len(r.told) < 20 {
				r.told = append(r.told, string(f.body))
			}
			r.mu.Unlock()
		}
	}
}

func next(s transport.Stream) (frame, error) {
	head := make([]byte, headerSize)
	if _, err := io.ReadFull(s, head); err != nil {
		return frame{}, err
	}
	f := frame{typ: head[4], flags: head[5], method: binary.BigEndian.Uint16(head[6:]), id: binary.BigEndian.Uint32(head[8:])}
	f.body = make([]byte, binary.BigEndian.Uint32(head))
	_, err := io.ReadFull(s, f.body)
	return f, err
}

func (r *raw) send(s transport.Stream, f frame) error {
	_, err := s.Write(f.bytes())
	return err
}

// lane is the one on which the attacker can do most harm: a plugin answers the calls of
// its host there, a host calls.
func (r *raw) lane() transport.Stream {
	if r.side == transport.Plugin {
		return r.theirs
	}
	return r.own
}

// message is the type of frame, and what stands before the payload there.
func (r *raw) message(id uint32, payload []byte) (frame, []byte) {
	if r.side == transport.Plugin {
		return frame{typ: frameReply, id: id}, payload
	}
	return frame{typ: frameCall, id: id}, callBody(1, payload...) // the first object is 1
}

// serve answers the victim's calls as answer says; Dispense is answered as it should
// be. It returns when the link ends, or answer is done.
func (r *raw) serve(answer func(call frame) error) error {
	if r.side == transport.Host {
		return errors.New("a host is not called")
	}
	for {
		f, err := next(r.theirs)
		if err != nil {
			return nil
		}
		switch {
		case f.typ != frameCall:
			continue
		case binary.BigEndian.Uint64(f.body) == 0:
			body := fmt.Appendf(nil, `{"object":1,"service":"victim","codec":%q,"methods":[{"name":"Echo"}]}`, r.codec)
			err = r.send(r.theirs, frame{typ: frameReply, id: f.id, body: body})
		default:
			err = answer(f)
		}
		if err != nil {
			return err
		}
	}
}

// echo answers a call as it should be.
func (r *raw) echo(call frame) error {
	_, err := r.theirs.Write(pieces0(frame{typ: frameReply, id: call.id}, payloadOf(call)))
	return err
}

// payloadOf returns what a call carries.
func payloadOf(call frame) []byte {
	b := call.body[8:]
	if call.flags&flagDeadline != 0 {
		b = b[8:]
	}
	return b
}

// pieces0 is a whole message, cut up where it must be.
func pieces0(f frame, body []byte) []byte {
	if len(body) <= maxFrame {
		f.body = body
		return f.bytes()
	}
	return pieces(f, uint32(len(body)), body)
}
