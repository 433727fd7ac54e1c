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
	if b == nil {
		return append(dst, nilValue)
	}
	return append(appendBytesHead(dst, len(b)), b...)
}

// appendBytesHead appends what stands before n bytes.
func appendBytesHead(dst []byte, length int) []byte {
	switch n := uint64(length); {
	case n < shortLength:
		return append(dst, bytesType|byte(n))
	case n < 1<<8:
		return append(dst, bytesType|length8, byte(n))
	case n < 1<<16:
		return binary.BigEndian.AppendUint16(append(dst, bytesType|length16), uint16(n))
	case n < 1<<32:
		return binary.BigEndian.AppendUint32(append(dst, bytesType|length32), uint32(n))
	default:
		return binary.BigEndian.AppendUint64(append(dst, bytesType|length64), n)
	}
}

// parseBytesHead returns how long the head of a byte string of a known length is, and how
// long the string.
func parseBytesHead(src []byte) (head int, n uint64, ok bool) {
	if len(src) == 0 || src[0]&0xe0 != bytesType {
		return 0, 0, false
	}
	n = uint64(src[0] & 0x1f)
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
		return 1, n, n < shortLength
	}
	if len(src) <= size {
		return 0, 0, false
	}
	n = 0
	for _, c := range src[1 : 1+size] {
		n = n<<8 | uint64(c)
	}
	return 1 + size, n, true
}

// parseBytes returns the bytes of src if it is one byte string of a known length
// and nothing else. They alias src.
func parseBytes(src []byte) ([]byte, bool) {
	head, n, ok := parseBytesHead(src)
	if !ok || n != uint64(len(src)-head) {
		return nil, false
	}
	return src[head:], true
}
