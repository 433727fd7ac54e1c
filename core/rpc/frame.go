package rpc

import (
	"encoding/binary"
	"fmt"

	"github.com/tenon-dev/tenon/core/internal/visible"
)

// Every stream of a session begins with one byte, written by the side that
// opened it, that says what the stream is for.
const (
	kindControl byte = 1 // the one lane of control frames; the host opens it
	kindCalls   byte = 2 // a lane of calls from the side that opened it
	kindFlow    byte = 3 // one flow: a streaming call, a reader, a writer, a connection
)

// frameType is the second field of a frame's header.
type frameType byte

const (
	// On a lane of calls, from the caller unless noted.
	frameCall   frameType = 0x01 // a call, or the first piece of one
	frameReply  frameType = 0x02 // from the callee: its result or error, or the first piece
	frameData   frameType = 0x03 // a further piece of the message with the same id and direction
	frameCancel frameType = 0x04 // the caller gave up

	// On the control lane.
	framePing     frameType = 0x10 // answer with a pong of the same id
	framePong     frameType = 0x11
	frameShutdown frameType = 0x12 // finish the calls in flight, take no more, say drained
	frameDrained  frameType = 0x13 // the answer
	frameRelease  frameType = 0x14 // the body names objects that the peer no longer uses

	// On a flow, from both sides.
	frameMessage frameType = 0x20 // one value, or the first piece of it
	frameChunk   frameType = 0x21 // bytes as they come
	frameEnd     frameType = 0x22 // no more from this side; with flagError, because of that
	frameStop    frameType = 0x23 // this side reads no more; with flagError, because of that
)

// String returns the type's name in docs/protocol.md.
func (t frameType) String() string {
	switch t {
	case frameCall:
		return "CALL"
	case frameReply:
		return "REPLY"
	case frameData:
		return "DATA"
	case frameCancel:
		return "CANCEL"
	case framePing:
		return "PING"
	case framePong:
		return "PONG"
	case frameShutdown:
		return "SHUTDOWN"
	case frameDrained:
		return "DRAINED"
	case frameRelease:
		return "RELEASE"
	case frameMessage:
		return "MESSAGE"
	case frameChunk:
		return "CHUNK"
	case frameEnd:
		return "END"
	case frameStop:
		return "STOP"
	}
	return fmt.Sprintf("type 0x%02x", byte(t))
}

// forEngine reports whether a frame of that type is for the engine alone, which deals with
// it at once. It is never held, so that [Limits.Receive] does not count its bytes: they
// must not be lost because other messages have taken all of that.
func (t frameType) forEngine() bool {
	switch t {
	case frameCancel, framePing, framePong, frameShutdown, frameDrained, frameRelease, frameEnd, frameStop:
		return true
	}
	return false
}

const (
	flagMore       byte = 0x01 // further pieces follow as DATA; a first piece then starts with the length of the whole, u32
	flagError      byte = 0x02 // REPLY, END, STOP: the body is an error
	flagDeadline   byte = 0x04 // CALL: the body has a deadline
	flagMetadata   byte = 0x08 // CALL: the body has metadata
	flagReferences byte = 0x10 // CALL, REPLY: the body has a table of references
	flagRefused    byte = 0x40 // REPLY: the call did not run, and what it passed is not used
	flagAbort      byte = 0x20 // DATA: the sender gives the message up; the body is empty
)

const (
	headerSize = 12

	// maxFrame is how many bytes may follow a header. Longer messages are cut up,
	// so that small ones pass between the pieces. It is 64 KiB and what a codec and
	// the engine put around them: many programs work in pieces of 64 KiB, and two
	// frames for each would cost a second system call.
	maxFrame = 64<<10 + slack
)

// A header stands before every frame, all fields big-endian:
//
//	0       4      5       6        8      12
//	| length | type | flags | method |  id  |  then length bytes
type header struct {
	length uint32 // of the body that follows
	typ    frameType
	flags  byte
	method uint16 // CALL: the method, as the Dispense that made the object named it
	id     uint32 // of the call or ping
}

// aborts reports whether h gives the message up of which it would be a piece.
func (h header) aborts() bool { return h.typ == frameData && h.flags&flagAbort != 0 }

// put writes h to the first headerSize bytes of dst.
func (h header) put(dst []byte) {
	binary.BigEndian.PutUint32(dst, h.length)
	dst[4] = byte(h.typ)
	dst[5] = h.flags
	binary.BigEndian.PutUint16(dst[6:], h.method)
	binary.BigEndian.PutUint32(dst[8:], h.id)
}

// parseHeader reads a header from the first headerSize bytes of src.
func parseHeader(src []byte) (header, error) {
	h := header{
		length: binary.BigEndian.Uint32(src),
		typ:    frameType(src[4]),
		flags:  src[5],
		method: binary.BigEndian.Uint16(src[6:]),
		id:     binary.BigEndian.Uint32(src[8:]),
	}
	if h.length > maxFrame {
		return header{}, &ProtocolError{Violation: fmt.Sprintf("a frame of %d bytes, where %d are the most", h.length, maxFrame)}
	}
	return h, nil
}

// A ProtocolError ends a session: the peer sent what docs/protocol.md does not
// allow, and nothing that follows can be trusted to mean what it says.
type ProtocolError struct {
	Violation string // what was found, and what was allowed
}

// Error says what the peer did.
func (e *ProtocolError) Error() string {
	return "rpc: the peer broke the protocol: " + visible.Text(e.Violation)
}
