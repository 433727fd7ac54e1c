package gobcodec

import (
	"errors"
	"fmt"
)

// Limits on the definitions of one message. The largest program is far from
// them.
const (
	maxDefinitions     = 4096
	maxDefinitionBytes = 1 << 20
)

type kind int

const (
	kindBool kind = iota
	kindInt
	kindUint
	kindFloat
	kindBytes
	kindString
	kindComplex
	kindInterface
	kindArray
	kindSlice
	kindStruct
	kindMap
	kindOpaque // encodes itself, by one of three pairs of methods
)

// Ids below firstDefined are fixed by gob and never defined in a message.
const (
	idInterface  = 8
	firstDefined = 64
)

// A node is a type as the message describes it.
type node struct {
	kind   kind
	length uint64 // of an array
	key    *node  // of a map
	elem   *node  // of an array, slice or map
	fields []*node
}

// A schema is the set of types that a message defines, and gob's own.
type schema struct {
	nodes map[int64]*node
}

// parseDefinitions reads the definitions of a message. Types may refer to types
// that are defined later, and to themselves.
func parseDefinitions(src []byte) (*schema, error) {
	if len(src) > maxDefinitionBytes {
		return nil, fmt.Errorf("%d bytes of type definitions: the limit is %d", len(src), maxDefinitionBytes)
	}
	p := definitionParser{schema: schema{nodes: make(map[int64]*node)}, defined: make(map[int64]bool)}
	for id := int64(1); id <= idInterface; id++ {
		p.nodes[id] = &node{kind: kind(id - 1)}
		p.defined[id] = true
	}
	for segments := (cursor{rest: src}); len(segments.rest) > 0; {
		p.cursor = cursor{rest: segments.bytes()}
		if segments.err == nil {
			p.definition()
			if p.err == nil && len(p.rest) > 0 {
				p.fail("%d bytes are left over after the definition", len(p.rest))
			}
		}
		if err := errors.Join(segments.err, p.err); err != nil {
			return nil, fmt.Errorf("type definition: %w", err)
		}
	}
	for id := range p.nodes {
		if !p.defined[id] {
			return nil, fmt.Errorf("type definition: type %d is used and not defined", id)
		}
	}
	return &p.schema, nil
}

type definitionParser struct {
	schema
	cursor
	defined map[int64]bool
}

// ref reads a type's id and returns its node, which may be filled in later.
func (p *definitionParser) ref() *node {
	id := p.int()
	n := p.nodes[id]
	if n == nil {
		n = new(node)
		p.nodes[id] = n
	}
	return n
}

// definition reads "-id" and the description, which is a struct with one field
// set: which of them says what kind of type it is.
func (p *definitionParser) definition() {
	id := -p.int()
	if p.err != nil {
		return
	}
	if id < firstDefined || p.defined[id] {
		p.fail("type %d is defined again", id)
		return
	}
	if len(p.defined) >= maxDefinitions {
		p.fail("more than %d types", maxDefinitions)
		return
	}
	n := p.nodes[id]
	if n == nil {
		n = new(node)
		p.nodes[id] = n
	}
	p.defined[id] = true

	switch field := p.uint(); field {
	case 1:
		n.kind = kindArray
		p.eachField(3, func(i uint64) {
			switch i {
			case 2:
				n.elem = p.ref()
			case 3:
				length := p.int()
				if length < 0 {
					p.fail("an array of length %d", length)
				}
				n.length = uint64(length)
			}
		})
	case 2:
		n.kind = kindSlice
		p.eachField(2, func(uint64) { n.elem = p.ref() })
	case 3:
		n.kind = kindStruct
		p.eachField(2, func(uint64) { p.structFields(n) })
	case 4:
		n.kind = kindMap
		p.eachField(3, func(i uint64) {
			switch i {
			case 2:
				n.key = p.ref()
			case 3:
				n.elem = p.ref()
			}
		})
	case 5, 6, 7:
		n.kind = kindOpaque
		p.eachField(1, nil)
	default:
		p.fail("of unknown kind %d", field)
	}
	if p.uint() != 0 {
		p.fail("of two kinds at once")
	}
	if (n.kind == kindArray || n.kind == kindSlice || n.kind == kindMap) && n.elem == nil ||
		n.kind == kindMap && n.key == nil {
		p.fail("without the type of its elements")
	}
}

// eachField reads the fields of a description, of which there are up to last, to
// the zero that ends it. The first is the name and id that all descriptions have;
// read is called for the others and reads their values.
func (p *definitionParser) eachField(last uint64, read func(field uint64)) {
	var field uint64
	for {
		delta := p.uint()
		if p.err != nil || delta == 0 {
			return
		}
		if field += delta; delta > last || field > last {
			p.fail("with unknown field %d", field)
			return
		}
		if field > 1 {
			read(field)
			continue
		}
		p.nameAndNumber()
	}
}

// structFields reads the list of a struct's fields, of which names do not matter
// here.
func (p *definitionParser) structFields(n *node) {
	count := p.uint()
	if count > uint64(len(p.rest)) {
		p.short()
		return
	}
	for range count {
		id := p.nameAndNumber()
		if p.err != nil {
			return
		}
		field := p.nodes[id]
		if field == nil {
			field = new(node)
			p.nodes[id] = field
		}
		n.fields = append(n.fields, field)
	}
}

// nameAndNumber reads a struct of a text and a type's id, and returns the id.
func (p *definitionParser) nameAndNumber() (id int64) {
	var field uint64
	for {
		delta := p.uint()
		if p.err != nil || delta == 0 {
			return id
		}
		switch field += delta; {
		case field == 1 && delta == 1:
			p.bytes()
		case field == 2 && delta <= 2:
			id = p.int()
		default:
			p.fail("with unknown field %d", field)
			return id
		}
	}
}
