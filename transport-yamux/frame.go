package yamuxtransport

import "encoding/binary"

// headerSize is the length of every yamux header. Only data frames have a body.
const headerSize = 12

// The kinds of frames, and the flags that any data frame or window update may
// carry.
const (
	kindData         = 0
	kindWindowUpdate = 1
	kindPing         = 2
	kindGoAway       = 3

	flagSYN = 1
	flagACK = 2
	flagFIN = 4
	flagRST = 8
)

// header is a yamux header, taken apart.
type header struct {
	version uint8
	kind    uint8
	flags   uint16
	id      uint32
	length  uint32 // of the body, or by how much the window grows
}

// parseHeader takes apart the first headerSize bytes of b.
func parseHeader(b []byte) header {
	return header{
		version: b[0],
		kind:    b[1],
		flags:   binary.BigEndian.Uint16(b[2:4]),
		id:      binary.BigEndian.Uint32(b[4:8]),
		length:  binary.BigEndian.Uint32(b[8:12]),
	}
}

// putHeader writes a header over the first bytes of b.
func putHeader(b []byte, h header) {
	b[0], b[1] = h.version, h.kind
	binary.BigEndian.PutUint16(b[2:4], h.flags)
	binary.BigEndian.PutUint32(b[4:8], h.id)
	binary.BigEndian.PutUint32(b[8:12], h.length)
}

// body returns how many bytes of the link follow the header and belong to it.
func (h header) body() uint32 {
	if h.kind == kindData {
		return h.length
	}
	return 0
}

// A scanner finds the headers in one direction of a link, however the bytes are
// cut up. It keeps at most one header.
type scanner struct {
	head [headerSize]byte
	have int    // bytes of head that are there
	left uint32 // bytes of the current body that are still to come
}

// scan passes every header that ends within p to visit, and stops at its first
// error.
func (s *scanner) scan(p []byte, visit func(header) error) error {
	for len(p) > 0 {
		if s.left > 0 {
			n := min(uint64(s.left), uint64(len(p)))
			s.left -= uint32(n)
			p = p[n:]
			continue
		}
		n := copy(s.head[s.have:], p)
		s.have += n
		p = p[n:]
		if s.have < headerSize {
			return nil
		}
		s.have = 0
		h := parseHeader(s.head[:])
		s.left = h.body()
		if err := visit(h); err != nil {
			return err
		}
	}
	return nil
}
