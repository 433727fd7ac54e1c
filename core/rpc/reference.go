package rpc

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// A reference names a live value that a call or a reply passes beside its
// payload, at a place that the method's signature gives.
type reference struct {
	kind    byte
	id      uint64
	methods []string // of an object, in the order of their numbers
}

// The kinds of references.
const (
	refNil    byte = 0 // no value
	refObject byte = 1 // an object of the side that sends the table; its methods follow
	refHome   byte = 2 // an object of the side that gets the table: it comes home
	refFlow   byte = 3 // a flow that the side that sends the table opens
	refConn   byte = 4 // the same, whose bytes are not framed
	refFramed byte = 5 // a connection whose bytes are framed: see featureHalfClose
)

// kindName is what a reference is called in errors.
func (r reference) kindName() string {
	switch r.kind {
	case refObject, refHome:
		return "an object or a func"
	case refFlow:
		return "a stream, a reader or a writer"
	case refConn, refFramed:
		return "a connection"
	}
	return fmt.Sprintf("a live value of the unknown kind %d", r.kind)
}

// appendReferences appends a table of references: a count, u16, and the entries,
// each a kind, u8, and an id, u64. An object's methods follow: a count, u16, and
// their names behind their lengths, u32.
func appendReferences(dst []byte, refs []reference) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(refs)))
	for _, r := range refs {
		dst = binary.BigEndian.AppendUint64(append(dst, r.kind), r.id)
		if r.kind == refObject {
			dst = binary.BigEndian.AppendUint16(dst, uint16(len(r.methods)))
			for _, m := range r.methods {
				dst = appendString(dst, m)
			}
		}
	}
	return dst
}

// errCutOff is why a table of references is none.
var errCutOff = errors.New("a table of references that is cut off")

// parseReferences reads what appendReferences wrote from the start of src, and
// returns what follows. It allocates no more than src holds, but for a factor. A table
// that is over a limit is read to its end, without the methods that are too many, and
// returned with a [*codec.LimitError].
func parseReferences(src []byte) (_ []reference, _ []byte, over error) {
	const least = 1 + 8
	if len(src) < 2 {
		return nil, nil, errCutOff
	}
	n := int(binary.BigEndian.Uint16(src))
	if src = src[2:]; len(src) < n*least {
		return nil, nil, errCutOff
	}
	refs := make([]reference, n)
	var t methodTable
	for i := range refs {
		if len(src) < least {
			return nil, nil, errCutOff
		}
		refs[i] = reference{kind: src[0], id: binary.BigEndian.Uint64(src[1:])}
		if src = src[least:]; refs[i].kind != refObject {
			continue
		}
		var ok bool
		if refs[i].methods, src, ok = t.parse(src); !ok {
			return nil, nil, errCutOff
		}
	}
	return refs, src, t.over
}

// methodTable is what the objects of one table have of methods.
type methodTable struct {
	methods, bytes int
	over           error // the first limit that was exceeded
}

// add counts methods, and reports whether they may be kept.
func (t *methodTable) add(methods, bytes int) bool {
	t.methods += methods
	t.bytes += bytes
	switch {
	case t.over != nil:
	case methods > limitMethods.Max:
		t.over = overWire(limitMethods)
	case t.methods > limitTable.Max:
		t.over = overWire(limitTable)
	case t.bytes > limitTableNames.Max:
		t.over = overWire(limitTableNames)
	}
	return t.over == nil
}

// parse reads the methods of one object.
func (t *methodTable) parse(src []byte) ([]string, []byte, bool) {
	if len(src) < 2 {
		return nil, nil, false
	}
	n := int(binary.BigEndian.Uint16(src))
	if src = src[2:]; len(src) < 4*n {
		return nil, nil, false
	}
	var names []string
	if t.add(n, 0) {
		names = make([]string, 0, n)
	}
	for range n {
		size, ok := stringSize(src)
		if !ok {
			return nil, nil, false
		}
		if t.add(0, size) {
			names = append(names, string(src[4:4+size]))
		}
		src = src[4+size:]
	}
	return names, src, true
}
