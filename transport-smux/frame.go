package smuxtransport

import "encoding/binary"

// headerSize is the length of every smux header.
const headerSize = 8

// version is the one of the protocol: 2 has a window for each stream, 1 does not.
const version = 2

// The kinds of frames.
const (
	kindSYN = 0 // opens a stream
	kindFIN = 1 // closes one
	kindPSH = 2 // carries its data
	kindNOP = 3
	kindUPD = 4 // says how much was consumed, and the window from there
)

// updateSize is the length of the body of an update.
const updateSize = 8

// frame is a smux header, taken apart, and what an update says.
type frame struct {
	version  uint8
	kind     uint8
	length   uint16
	id       uint32
	consumed uint32 // of an update
	window   uint32 // of an update
}

// parseHeader takes apart the first headerSize bytes of b.
func parseHeader(b []byte) frame {
	return frame{
		version: b[0],
		kind:    b[1],
		length:  binary.LittleEndian.Uint16(b[2:4]),
		id:      binary.LittleEndian.Uint32(b[4:8]),
	}
}

// parseUpdate takes apart the body of an update.
func (f *frame) parseUpdate(b []byte) {
	f.consumed = binary.LittleEndian.Uint32(b)
	f.window = binary.LittleEndian.Uint32(b[4:])
}

// putHeader writes a header over the first bytes of b.
func putHeader(b []byte, kind byte, length int, id uint32) {
	b[0], b[1] = version, kind
	binary.LittleEndian.PutUint16(b[2:], uint16(length))
	binary.LittleEndian.PutUint32(b[4:], id)
}

// appendUpdate appends an update frame to dst.
func appendUpdate(dst []byte, f frame) []byte {
	dst = append(dst, version, kindUPD)
	dst = binary.LittleEndian.AppendUint16(dst, updateSize)
	dst = binary.LittleEndian.AppendUint32(dst, f.id)
	dst = binary.LittleEndian.AppendUint32(dst, f.consumed)
	return binary.LittleEndian.AppendUint32(dst, f.window)
}

// A scanner finds the frames in one direction of a link, however the bytes are
// cut up. It keeps at most one header and the body of an update.
type scanner struct {
	head [headerSize + updateSize]byte
	have int // bytes of head that are there
	left int // bytes of the current body that are still to come
}

// scan passes every frame to visit: an update when it is complete, the others as
// soon as their header is. It stops at the first error.
func (s *scanner) scan(p []byte, visit func(frame) error) error {
	for len(p) > 0 {
		if s.left > 0 {
			n := min(s.left, len(p))
			s.left -= n
			p = p[n:]
			continue
		}
		want := headerSize
		if s.have >= headerSize {
			want = headerSize + updateSize
		}
		n := copy(s.head[s.have:want], p)
		s.have += n
		p = p[n:]
		if s.have < want {
			return nil
		}
		f := parseHeader(s.head[:])
		if f.kind == kindUPD && f.length == updateSize {
			if want == headerSize {
				continue // its body is still to come
			}
			f.parseUpdate(s.head[headerSize:])
		} else {
			s.left = int(f.length)
		}
		s.have = 0
		if err := visit(f); err != nil {
			return err
		}
	}
	return nil
}
