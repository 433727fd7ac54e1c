package jsoncall

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/tenon-dev/tenon/core/rpc"
)

// read converts v, as parse returns it, into a value of n's Go type. path leads to it.
func (n *node) read(v any, path, codec string) (reflect.Value, error) {
	out := reflect.New(n.typ).Elem()
	if n.how == again {
		return n.readAgain(v, path, codec)
	}
	if v == nil && (n.desc.Optional || n.absent()) {
		return out, nil
	}
	target := out
	if n.desc.Optional && n.typ.Kind() == reflect.Pointer {
		target = reflect.New(n.typ.Elem()).Elem()
	}
	var err error
	switch n.how {
	case raw:
		var b []byte
		if b, err = json.Marshal(v); err == nil {
			target.Set(reflect.ValueOf(json.RawMessage(b)))
		}
	case own:
		err = n.readOwn(target, v, path)
	case message:
		return n.readMessage(v, path)
	default:
		err = n.readKind(target, v, path, codec)
	}
	if err != nil {
		return reflect.Value{}, err
	}
	if target != out {
		out.Set(target.Addr())
	}
	return out, nil
}

// absent reports whether null is one of the type's own values.
func (n *node) absent() bool {
	switch {
	case n.how == raw || n.desc.Kind == "any":
		return true
	case n.how != byKind:
		return false
	}
	switch n.typ.Kind() {
	case reflect.Slice, reflect.Map:
		return true
	}
	return false
}

func (n *node) readKind(out reflect.Value, v any, path, codec string) error {
	wrong := func(hint string) error {
		return &TypeError{Path: path, Want: n.want(), Found: found(v), Hint: hint}
	}
	switch n.desc.Kind {
	case "bool":
		b, ok := v.(bool)
		if !ok {
			return wrong("")
		}
		out.SetBool(b)
	case "string", "text":
		s, ok := v.(string)
		if !ok {
			return wrong("")
		}
		out.SetString(s)
	case "int", "uint", "float":
		return n.readNumber(out, v, wrong)
	case "duration":
		if s, ok := v.(string); ok {
			d, err := time.ParseDuration(s)
			if err != nil {
				return wrong("")
			}
			out.SetInt(int64(d))
			return nil
		}
		i, ok := v.(json.Number)
		d, err := strconv.ParseInt(string(i), 10, 64)
		if !ok || err != nil {
			return wrong("")
		}
		out.SetInt(d)
	case "time":
		s, ok := v.(string)
		t, err := time.Parse(time.RFC3339Nano, s)
		if !ok || err != nil {
			return wrong("")
		}
		out.Set(reflect.ValueOf(t))
	case "bytes":
		return n.readBytes(out, v, wrong)
	case "list":
		return n.readList(out, v, path, codec, wrong)
	case "map":
		return n.readMap(out, v, path, codec, wrong)
	case "struct":
		object, ok := v.(map[string]any)
		if !ok {
			return wrong("")
		}
		return n.readStruct(out, object, path, codec, false)
	case "any":
		if v = generic(v, codec); v != nil {
			out.Set(reflect.ValueOf(v))
		}
	}
	return nil
}

func (n *node) readList(out reflect.Value, v any, path, codec string, wrong func(string) error) error {
	list, ok := v.([]any)
	if !ok || n.desc.Len > 0 && len(list) != n.desc.Len {
		return wrong("")
	}
	if n.desc.Len == 0 {
		out.Set(reflect.MakeSlice(out.Type(), len(list), len(list)))
	}
	for i, e := range list {
		item, err := n.elem.read(e, fmt.Sprintf("%s[%d]", path, i), codec)
		if err != nil {
			return err
		}
		setIn(out.Index(i), item)
	}
	return nil
}

func (n *node) readMap(out reflect.Value, v any, path, codec string, wrong func(string) error) error {
	object, ok := v.(map[string]any)
	if !ok {
		return wrong("")
	}
	out.Set(reflect.MakeMapWithSize(out.Type(), len(object)))
	for _, name := range slices.Sorted(maps.Keys(object)) {
		at := path + "[" + strconv.Quote(name) + "]"
		var asKey any = name
		switch n.key.desc.Kind { // a number is written as a text there
		case "int", "uint", "float":
			asKey = json.Number(name)
		case "bool":
			if b, err := strconv.ParseBool(name); err == nil {
				asKey = b
			}
		}
		key, err := n.key.read(asKey, "the key of "+at, codec)
		if err != nil {
			return err
		}
		value, err := n.elem.read(object[name], at, codec)
		if err != nil {
			return err
		}
		if !key.Comparable() {
			return &TypeError{Path: "the key of " + at, Want: "a value that can be a key", Found: found(name)}
		}
		slot := reflect.New(n.elem.typ).Elem()
		setIn(slot, value)
		out.SetMapIndex(key, slot)
	}
	return nil
}

// readStruct reads the fields of a struct. all says that none may be missing but those
// that may be absent.
func (n *node) readStruct(out reflect.Value, object map[string]any, path, codec string, all bool) error {
	var names []string
	known := map[string]bool{}
	for _, f := range n.fields {
		names = append(names, f.name)
		known[f.name] = true
		v, given := object[f.name]
		if !given {
			if all && !f.optional && !f.node.desc.Optional && f.node.desc.Kind != "any" {
				return &TypeError{Path: path + "." + f.name, Want: f.node.want(), Found: "nothing"}
			}
			continue
		}
		value, err := f.node.read(v, path+"."+f.name, codec)
		if err != nil {
			return err
		}
		setIn(out.FieldByIndex(f.index), value)
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if known[name] {
			continue
		}
		hint := "it has no fields"
		if nearest := rpc.Nearest(name, names); nearest != "" {
			hint = "did you mean " + strconv.Quote(nearest) + "?"
		} else if len(names) > 0 {
			hint = "there are " + shorten(joinNames(names))
		}
		return &TypeError{Path: path, Want: n.want(), Found: "the field " + strconv.Quote(shorten(name)), Hint: hint}
	}
	return nil
}

func joinNames(names []string) string {
	text := ""
	for i, name := range names {
		if i > 0 {
			text += ", "
		}
		text += name
	}
	return text
}

// readAgain reads a type that stands in itself.
func (n *node) readAgain(v any, path, codec string) (reflect.Value, error) {
	out := reflect.New(anyType).Elem()
	if v == nil && (n.desc.Optional || n.outer.desc.Optional || n.outer.absent()) {
		return out, nil
	}
	value, err := n.outer.read(v, path, codec)
	if err == nil {
		out.Set(value)
	}
	return out, err
}

// readOwn reads a type of the standard library by its own methods.
func (n *node) readOwn(out reflect.Value, v any, path string) error {
	b, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(b, out.Addr().Interface())
	}
	if err != nil {
		return &TypeError{Path: path, Want: n.want(), Found: found(v), Hint: err.Error()}
	}
	return nil
}

func (n *node) readMessage(v any, path string) (reflect.Value, error) {
	m := n.message.New()
	b, err := json.Marshal(v)
	if err == nil {
		err = n.message.Read(b, m)
	}
	if err != nil {
		return reflect.Value{}, &TypeError{Path: path, Want: n.want(), Found: found(v), Hint: err.Error()}
	}
	return reflect.ValueOf(m), nil
}

// setIn stores a value where its type is, or an interface for it.
func setIn(place, value reflect.Value) {
	if value.IsValid() {
		place.Set(value)
	}
}
