package cborcodec

import (
	"encoding/binary"
	"errors"

	"github.com/fxamacker/cbor/v2"

	"github.com/tenon-dev/tenon/core/codec"
)

// hasMore reports whether src has more than limit elements, at all depths together. It
// need not know whether src is CBOR: of anything else, the parser complains later.
func hasMore(src []byte, limit int) bool {
	for n := -1; len(src) > 0; { // the outermost value is no element
		head := src[0]
		src = src[1:]
		if head == 0xff { // the end of something without a length
			continue
		}
		if n++; n > limit {
			return true
		}
		value, size := argument(head, src)
		if size > len(src) {
			return false
		}
		src = src[size:]
		if major := head >> 5; major == 2 || major == 3 {
			if value > uint64(len(src)) {
				return false
			}
			src = src[value:]
		}
	}
	return false
}

// argument returns what a head says, and how many bytes after it that takes. Of one that
// has no length of its own it is nothing.
func argument(head byte, rest []byte) (value uint64, size int) {
	switch info := head & 0x1f; {
	case info < 24:
		return uint64(info), 0
	case info == 24 && len(rest) >= 1:
		return uint64(rest[0]), 1
	case info == 25 && len(rest) >= 2:
		return uint64(binary.BigEndian.Uint16(rest)), 2
	case info == 26 && len(rest) >= 4:
		return uint64(binary.BigEndian.Uint32(rest)), 4
	case info == 27 && len(rest) >= 8:
		return binary.BigEndian.Uint64(rest), 8
	}
	return 0, 0
}

// limitError makes the library's errors of limits into those of all codecs.
func (c *Codec) limitError(err error) error {
	var depth *cbor.MaxNestedLevelError
	var array *cbor.MaxArrayElementsError
	var pairs *cbor.MaxMapPairsError
	switch {
	case errors.As(err, &depth):
		return &codec.LimitError{Limit: "MaxDepth", Max: c.opts.MaxDepth}
	case errors.As(err, &array), errors.As(err, &pairs):
		return &codec.LimitError{Limit: "MaxElements", Max: c.opts.MaxElements}
	}
	return err
}
