package gobcodec

import (
	"fmt"

	"github.com/tenon-dev/tenon/core/codec"
)

// check reads the value segment of a message to its end, and returns an error
// unless it is exactly one value of the types in the schema. gob takes lengths on
// trust in places where a long one ends the process, and it follows nesting as
// far as the stack goes.
func (s *schema) check(segment []byte, maxElements int) error {
	outer := cursor{rest: segment}
	v := valueReader{schema: s, cursor: cursor{rest: outer.bytes()}, left: maxElements + 1, most: maxElements}
	v.top(0)
	if v.err == nil && len(v.rest) > 0 {
		v.fail("%d bytes are left over after the value", len(v.rest))
	}
	if v.err != nil {
		return fmt.Errorf("value: %w", v.err)
	}
	return nil
}

type valueReader struct {
	*schema
	cursor
	left, most int // elements: the outermost value is none
}

// top reads a type's id and a value of that type, as they stand at the start of
// the segment.
func (v *valueReader) top(depth int) {
	if n := v.typeOf(v.int()); n != nil {
		v.alone(n, depth)
	}
}

func (v *valueReader) typeOf(id int64) *node {
	n := v.nodes[id]
	if n == nil && v.err == nil {
		v.fail("of unknown type %d", id)
	}
	return n
}

// alone reads a value that is no part of another: anything but a struct has a
// zero before it.
func (v *valueReader) alone(n *node, depth int) {
	if n.kind != kindStruct && v.uint() != 0 {
		v.fail("without the zero that goes before a single value")
	}
	v.value(n, depth)
}

func (v *valueReader) value(n *node, depth int) {
	if v.left--; v.err == nil && v.left < 0 {
		v.err = &codec.LimitError{Limit: "MaxElements", Max: v.most}
	}
	if v.err == nil && depth > codec.MaxDepth {
		v.err = &codec.LimitError{Limit: "MaxDepth", Max: codec.MaxDepth}
	}
	if v.err != nil {
		return
	}
	switch n.kind {
	case kindBool, kindInt, kindUint, kindFloat:
		v.uint()
	case kindComplex:
		v.uint()
		v.uint()
	case kindBytes, kindString, kindOpaque:
		v.bytes()
	case kindInterface:
		v.inInterface(depth)
	case kindArray, kindSlice:
		count := v.uint()
		if n.kind == kindArray && count != n.length {
			v.fail("%d elements for an array of %d", count, n.length)
		}
		// Each element takes a byte or more, so a count that is too large ends with
		// the input.
		for i := uint64(0); i < count && v.err == nil; i++ {
			v.value(n.elem, depth+1)
		}
	case kindMap:
		count := v.uint()
		for i := uint64(0); i < count && v.err == nil; i++ {
			v.value(n.key, depth+1)
			v.value(n.elem, depth+1)
		}
	case kindStruct:
		v.fields(n, depth)
	}
}

// fields reads a struct: for each field that is sent, how many fields further it
// is and its value, and a zero at the end.
func (v *valueReader) fields(n *node, depth int) {
	next := uint64(0) // the field after the last one read
	for {
		delta := v.uint()
		if v.err != nil || delta == 0 {
			return
		}
		if delta > uint64(len(n.fields))-next {
			v.fail("a struct with more fields than its type has")
			return
		}
		next += delta
		v.value(n.fields[next-1], depth+1)
	}
}

// inInterface reads the name of a concrete type, its id, and the length of the
// value and the value. gob allows definitions before the id. Those would make a
// decoder unfit for the next message, and gob misreads them where it skips the
// field, so they are refused: this package sends all definitions first.
func (v *valueReader) inInterface(depth int) {
	if name := v.bytes(); len(name) == 0 {
		return
	}
	id := v.int()
	if id < 0 {
		v.fail("a type is defined inside the value, and not before it")
		return
	}
	n := v.typeOf(id)
	length := v.uint()
	if length > uint64(len(v.rest)) {
		v.short()
	}
	if v.err != nil {
		return
	}
	after := len(v.rest) - int(length)
	v.alone(n, depth+1)
	if v.err == nil && len(v.rest) != after {
		v.fail("a value in an interface is not as long as announced")
	}
}
