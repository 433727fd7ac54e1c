package cborcodec

import "encoding/binary"

// A slice of bytes is what large messages are made of. It is encoded and decoded
// here, byte for byte as the library does, without its buffers in between.

// The first byte of a byte string: the type, and how its length follows.
const (
	bytesType   = 0x40
	nilValue    = 0xf6
	length8     = 24
	length16    = 25
	length32    = 26
	length64    = 27
	shortLength = 24 // lengths below stand in the first byte
)

// appendBytes appends b as a byte string, and nil as null.
func appendBytes(dst, b []byte) []byte {
	switch n := uint64(len(b)); {
	case b == nil:
		return append(dst, nilValue)
	case n < shortLength:
		dst = append(dst, bytesType|byte(n))
	case n < 1<<8:
		dst = append(dst, bytesType|length8, byte(n))
	case n < 1<<16:
		dst = binary.BigEndian.AppendUint16(append(dst, bytesType|length16), uint16(n))
	case n < 1<<32:
		dst = binary.BigEndian.AppendUint32(append(dst, bytesType|length32), uint32(n))
	default:
		dst = binary.BigEndian.AppendUint64(append(dst, bytesType|length64), n)
	}
	return append(dst, b...)
}

// parseBytes returns the bytes of src if it is one byte string of a known length
// and nothing else. They alias src.
func parseBytes(src []byte) ([]byte, bool) {
	if len(src) == 0 || src[0]&0xe0 != bytesType {
		return nil, false
	}
	n, rest := uint64(src[0]&0x1f), src[1:]
	size := 0
	switch n {
	case length8:
		size = 1
	case length16:
		size = 2
	case length32:
		size = 4
	case length64:
		size = 8
	default:
		if n > length64 {
			return nil, false
		}
	}
	if len(rest) < size {
		return nil, false
	}
	if size > 0 {
		n = 0
		for _, c := range rest[:size] {
			n = n<<8 | uint64(c)
		}
		rest = rest[size:]
	}
	return rest, uint64(len(rest)) == n
}
