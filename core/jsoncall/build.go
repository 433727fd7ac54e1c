package jsoncall

import (
	"fmt"
	"reflect"

	"github.com/tenon-dev/tenon/core/rpc"
)

// What a plugin can make this side build: it may be somebody else's.
const (
	mostNodes = 20_000
	mostDepth = 200
	mostArray = 1 << 24 // bytes of an array
)

// A builder makes nodes for one codec.
type builder struct {
	what     string // for errors
	codec    string
	messages func(codec string, t *rpc.Type) (Message, error)
	stack    []*node
	nodes    int
}

// build returns the node of t; nil for nil. Whatever reflect refuses comes back as an
// error too: t is what a plugin says.
func (b *builder) build(t *rpc.Type) (n *node, err error) {
	if t == nil {
		return nil, nil
	}
	defer func() {
		if p := recover(); p != nil {
			n, err = nil, b.refuse("no Go type is like %v: %v", t, p)
		}
	}()
	return b.node(t)
}

func (b *builder) refuse(format string, args ...any) error {
	return &UnsupportedError{What: b.what, Codec: b.codec, Reason: fmt.Sprintf(format, args...)}
}

func (b *builder) node(t *rpc.Type) (*node, error) {
	if b.nodes++; b.nodes > mostNodes || len(b.stack) > mostDepth {
		return nil, b.refuse("the catalogue describes a type that is too large")
	}
	if t == nil {
		return nil, b.refuse("the catalogue leaves out a part of a type")
	}
	n := &node{desc: t}
	if t.Again {
		return n, b.again(n)
	}
	b.stack = append(b.stack, n)
	defer func() { b.stack = b.stack[:len(b.stack)-1] }()
	if err := b.fill(n); err != nil {
		return nil, err
	}
	if t.Optional {
		n.typ = reflect.PointerTo(n.typ)
	}
	return n, nil
}

// again finds the type that n stands in.
func (b *builder) again(n *node) error {
	for i := len(b.stack) - 1; i >= 0 && n.outer == nil; i-- {
		if b.stack[i].desc.Name == n.desc.Name {
			n.outer = b.stack[i]
		}
	}
	switch {
	case n.outer == nil:
		return b.refuse("the catalogue does not describe the type %s", n.desc.Name)
	case b.codec == gobCodec:
		return b.refuse("the type %s contains itself", n.desc.Name)
	}
	n.how, n.typ = again, anyType
	return nil
}

// fill sets what n's kind asks for.
func (b *builder) fill(n *node) (err error) {
	t := n.desc
	switch t.Kind {
	case "bool":
		n.typ = reflect.TypeFor[bool]()
	case "int", "uint", "float":
		bits := t.Bits
		if bits == 0 {
			bits = 64
		}
		n.typ = numberTypes[t.Kind][bits]
	case "string":
		n.typ = reflect.TypeFor[string]()
	case "time":
		n.typ = timeType
	case "duration":
		n.typ = durationType
	case "any":
		n.typ = anyType
	case "bytes":
		if n.typ = bytesType; t.Len > 0 {
			n.typ, err = b.array(t.Len, reflect.TypeFor[byte]())
		}
	case "list":
		if n.elem, err = b.node(t.Elem); err != nil {
			return err
		}
		if n.typ = reflect.SliceOf(n.elem.typ); t.Len > 0 {
			n.typ, err = b.array(t.Len, n.elem.typ)
		}
	case "map":
		if n.key, err = b.node(t.Key); err == nil {
			n.elem, err = b.node(t.Elem)
		}
		if err != nil {
			return err
		}
		if n.key.how == raw { // a key is a text
			n.key.how, n.key.typ = byKind, reflect.TypeFor[string]()
		}
		n.typ = reflect.MapOf(n.key.typ, n.elem.typ)
	case "struct":
		err = b.structure(n)
	case "text", "opaque":
		err = b.own(n)
	default:
		err = b.refuse("the catalogue has a type of the kind %q, which is not known here", t.Kind)
	}
	if err == nil && n.typ == nil {
		err = b.refuse("the catalogue has a number of %d bits", t.Bits)
	}
	return err
}

// array refuses what would fill the memory.
func (b *builder) array(length int, elem reflect.Type) (reflect.Type, error) {
	if size := max(elem.Size(), 1); uintptr(length) > mostArray/size {
		return nil, b.refuse("an array of %d elements is too large", length)
	}
	return reflect.ArrayOf(length, elem), nil
}

// own finds out how a type crosses that encodes itself.
func (b *builder) own(n *node) error {
	t := n.desc
	if b.messages != nil && t.Kind == "opaque" && b.codec != jsonCodec {
		m, err := b.messages(b.codec, t)
		if err != nil {
			return b.refuse("%v", err)
		}
		if m != nil {
			n.how, n.message, n.typ = message, m, reflect.TypeOf(m.New())
			return nil
		}
	}
	switch known := ownTypes[t.Name]; {
	case b.codec == jsonCodec:
		n.how, n.typ = raw, rawType
	case known != nil:
		n.how, n.typ = own, known
	case t.Kind == "text" && b.codec != gobCodec:
		n.typ = reflect.TypeFor[string]()
	default:
		return b.refuse("how a %s is encoded is known to its own methods only; use the codec json, if the plugin has it", t.Name)
	}
	return nil
}
