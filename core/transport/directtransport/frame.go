package directtransport

import (
	"encoding/binary"
	"fmt"
)

// Sizes of the protocol. They are part of "direct/1": changing one changes the
// name.
const (
	headerSize = 8
	maxBody    = 256 << 10 // bytes of a stream in one frame; what small messages of other streams wait for
	window     = 256 << 10 // bytes of a stream under way without credit
	maxWindow  = 1 << 20   // to which credit may make that grow
	creditBody = 4
)

// frameType is the first byte of a frame.
type frameType uint8

const (
	typeOpen    frameType = 1 // the first bytes of a new stream
	typeData    frameType = 2 // more bytes of a stream
	typeCredit  frameType = 3 // the sender has read so many bytes of a stream
	typeClose   frameType = 4 // the sender is done with a stream, both ways
	typeRefuse  frameType = 5 // a close that answers an open over the limit
	typeGoodbye frameType = 6 // the sender is done with the link
)

func (t frameType) String() string {
	switch t {
	case typeOpen:
		return "OPEN"
	case typeData:
		return "DATA"
	case typeCredit:
		return "CREDIT"
	case typeClose:
		return "CLOSE"
	case typeRefuse:
		return "REFUSE"
	case typeGoodbye:
		return "GOODBYE"
	}
	return fmt.Sprintf("type %d", uint8(t))
}

// header is the fixed part of a frame.
type header struct {
	typ    frameType
	length int    // of the body that follows, 24 bits on the wire
	stream uint32 // 0 only in GOODBYE
}

// appendHeader appends the eight bytes of h: type, length, stream.
func appendHeader(dst []byte, h header) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(h.typ)<<24|uint32(h.length))
	return binary.BigEndian.AppendUint32(dst, h.stream)
}

func appendCredit(dst []byte, stream uint32, n int) []byte {
	dst = appendHeader(dst, header{typeCredit, creditBody, stream})
	return binary.BigEndian.AppendUint32(dst, uint32(n))
}

// parseHeader reads a header and checks all that can be checked without knowing
// the streams.
func parseHeader(b [headerSize]byte) (header, error) {
	first := binary.BigEndian.Uint32(b[:4])
	h := header{
		typ:    frameType(first >> 24),
		length: int(first & 0xFFFFFF),
		stream: binary.BigEndian.Uint32(b[4:]),
	}
	low, high := 0, 0
	switch h.typ {
	case typeOpen, typeData:
		low, high = 1, maxBody
	case typeCredit:
		low, high = creditBody, creditBody
	case typeClose, typeRefuse:
	case typeGoodbye:
		if h.stream != 0 {
			return header{}, violation("GOODBYE names stream %d, and belongs to none", h.stream)
		}
	default:
		return header{}, violation("a frame has the unknown type %d (header % x)", uint8(h.typ), b)
	}
	if h.length < low || h.length > high {
		return header{}, violation("%v has a body of %d bytes, allowed are %d to %d", h.typ, h.length, low, high)
	}
	if h.stream == 0 && h.typ != typeGoodbye {
		return header{}, violation("%v names stream 0, which does not exist", h.typ)
	}
	return h, nil
}
