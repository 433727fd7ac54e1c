package rpc

import "encoding/binary"

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
)

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

// parseReferences reads what appendReferences wrote from the start of src, and
// returns what follows. It allocates no more than src holds, but for a factor.
func parseReferences(src []byte) ([]reference, []byte, bool) {
	const least = 1 + 8
	if len(src) < 2 {
		return nil, nil, false
	}
	n := int(binary.BigEndian.Uint16(src))
	if src = src[2:]; len(src) < n*least {
		return nil, nil, false
	}
	refs := make([]reference, n)
	for i := range refs {
		if len(src) < least {
			return nil, nil, false
		}
		refs[i] = reference{kind: src[0], id: binary.BigEndian.Uint64(src[1:])}
		if src = src[least:]; refs[i].kind != refObject {
			continue
		}
		var ok bool
		if refs[i].methods, src, ok = parseMethods(src); !ok {
			return nil, nil, false
		}
	}
	return refs, src, true
}

func parseMethods(src []byte) ([]string, []byte, bool) {
	if len(src) < 2 {
		return nil, nil, false
	}
	n := int(binary.BigEndian.Uint16(src))
	if src = src[2:]; len(src) < 4*n {
		return nil, nil, false
	}
	names := make([]string, n)
	for i := range names {
		var ok bool
		if names[i], src, ok = parseString(src); !ok {
			return nil, nil, false
		}
	}
	return names, src, true
}
