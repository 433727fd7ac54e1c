package rpc

import (
	"encoding/binary"
	"math"
	"time"
)

// callBody is the body of a CALL: what stands in it, in this order, and the
// flag without which it is left out.
type callBody struct {
	object     uint64        // always
	deadline   time.Duration // flagDeadline: what is left of it, in nanoseconds
	metadata   Metadata      // flagMetadata; nil where there is too much of it
	mdSize     int           // what counts against Limits.Metadata
	references []reference   // flagReferences
	over       *Error        // the references are over a limit: the call fails
	payload    []byte        // the rest: one value, encoded
}

// appendCallHead appends what stands before the payload, and returns the flags
// that say what that is.
func appendCallHead(dst []byte, object uint64, deadline time.Duration, md Metadata, refs []reference) ([]byte, byte) {
	var flags byte
	dst = binary.BigEndian.AppendUint64(dst, object)
	if deadline > 0 {
		flags |= flagDeadline
		dst = binary.BigEndian.AppendUint64(dst, uint64(deadline))
	}
	if len(md) > 0 {
		flags |= flagMetadata
		dst = md.append(dst)
	}
	if len(refs) > 0 {
		flags |= flagReferences
		dst = appendReferences(dst, refs)
	}
	return dst, flags
}

// parseCallBody reads the body of a CALL, and keeps at most so many bytes of metadata.
// The payload aliases src.
func parseCallBody(src []byte, flags byte, metadata int) (callBody, error) {
	var c callBody
	var ok bool
	if len(src) < 8 {
		return callBody{}, &ProtocolError{Violation: "a CALL without an object"}
	}
	c.object, src = binary.BigEndian.Uint64(src), src[8:]
	if flags&flagDeadline != 0 {
		if len(src) < 8 {
			return callBody{}, &ProtocolError{Violation: "a CALL whose deadline is cut off"}
		}
		c.deadline = time.Duration(min(binary.BigEndian.Uint64(src), math.MaxInt64))
		src = src[8:]
	}
	if flags&flagMetadata != 0 {
		if c.metadata, c.mdSize, src, ok = parseMetadata(src, metadata); !ok {
			return callBody{}, &ProtocolError{Violation: "a CALL whose metadata is cut off"}
		}
	}
	if flags&flagReferences != 0 {
		var err error
		c.references, src, err = parseReferences(src)
		if c.over = callOver(err); err != nil && c.over == nil {
			return callBody{}, &ProtocolError{Violation: "a CALL whose table of references is cut off"}
		}
	}
	c.payload = src
	return c, nil
}

// remaining returns what is left until t, at least a nanosecond: a deadline that
// passed a moment ago is still a deadline.
func remaining(t time.Time) time.Duration { return max(time.Until(t), 1) }
