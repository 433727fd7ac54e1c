package jsoncall

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
)

// write appends a value of n's Go type as JSON.
func (n *node) write(dst []byte, v reflect.Value) ([]byte, error) {
	if n.how == message {
		b, err := n.message.Write(v.Interface())
		return append(dst, b...), err
	}
	for v.Kind() == reflect.Pointer && n.desc.Optional {
		if v.IsNil() {
			return append(dst, "null"...), nil
		}
		v = v.Elem()
	}
	switch {
	case n.how == raw:
		if b := v.Bytes(); len(b) > 0 {
			return append(dst, b...), nil
		}
		return append(dst, "null"...), nil
	case n.how == own:
		return appendMarshaled(dst, addressable(v).Interface())
	case n.how == again || n.desc.Kind == "any":
		return appendAny(dst, v.Interface())
	}
	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		return n.writeList(dst, v)
	case reflect.Map:
		return n.writeMap(dst, v)
	case reflect.Struct:
		if v.Type() != timeType {
			return n.writeStruct(dst, v)
		}
	}
	return appendAny(dst, v.Interface())
}

// addressable returns a pointer to a copy of v, where its marshaling methods may be.
func addressable(v reflect.Value) reflect.Value {
	p := reflect.New(v.Type())
	p.Elem().Set(v)
	return p
}

func (n *node) writeList(dst []byte, v reflect.Value) ([]byte, error) {
	if v.Kind() == reflect.Slice && v.IsNil() {
		return append(dst, "null"...), nil
	}
	if n.desc.Kind == "bytes" && v.Kind() == reflect.Slice {
		return appendBytes(dst, v.Bytes()), nil
	}
	dst = append(dst, '[')
	var err error
	for i := range v.Len() {
		if i > 0 {
			dst = append(dst, ',')
		}
		if n.elem == nil { // bytes of a fixed length are a list, as encoding/json has it
			dst = strconv.AppendUint(dst, v.Index(i).Uint(), 10)
		} else if dst, err = n.elem.write(dst, v.Index(i)); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

func (n *node) writeMap(dst []byte, v reflect.Value) ([]byte, error) {
	if v.IsNil() {
		return append(dst, "null"...), nil
	}
	values := map[string]reflect.Value{}
	for it := v.MapRange(); it.Next(); {
		key, err := n.key.write(nil, it.Key())
		if err != nil {
			return dst, err
		}
		name := string(key)
		var text string
		if json.Unmarshal(key, &text) == nil {
			name = text
		}
		values[name] = it.Value()
	}
	dst = append(dst, '{')
	for i, name := range slices.Sorted(maps.Keys(values)) {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err error
		dst = append(appendText(dst, name), ':')
		if dst, err = n.elem.write(dst, values[name]); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

func (n *node) writeStruct(dst []byte, v reflect.Value) ([]byte, error) {
	dst = append(dst, '{')
	first := true
	for _, f := range n.fields {
		value := v.FieldByIndex(f.index)
		if f.optional && value.IsZero() {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		var err error
		dst = append(appendText(dst, f.name), ':')
		if dst, err = f.node.write(dst, value); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

// appendAny appends a value whose type was found out by the codec that decoded it.
func appendAny(dst []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case []byte:
		return appendBytes(dst, v), nil
	case float32:
		return appendFloat(dst, float64(v), v)
	case float64:
		return appendFloat(dst, v, v)
	case string:
		return appendText(dst, v), nil
	case []any:
		var err error
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			if dst, err = appendAny(dst, e); err != nil {
				return dst, err
			}
		}
		return append(dst, ']'), nil
	case map[string]any:
		var err error
		dst = append(dst, '{')
		for i, name := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				dst = append(dst, ',')
			}
			if dst, err = appendAny(append(appendText(dst, name), ':'), v[name]); err != nil {
				return dst, err
			}
		}
		return append(dst, '}'), nil
	}
	return appendMarshaled(dst, v)
}

func appendFloat(dst []byte, f float64, v any) ([]byte, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return appendText(dst, strconv.FormatFloat(f, 'g', -1, 64)), nil
	}
	return appendMarshaled(dst, v)
}

func appendBytes(dst, b []byte) []byte {
	return append(base64.StdEncoding.AppendEncode(append(dst, '"'), b), '"')
}

func appendText(dst []byte, s string) []byte {
	dst, _ = appendMarshaled(dst, s) // a text has no error
	return dst
}

func appendMarshaled(dst []byte, v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return dst, fmt.Errorf("jsoncall: write the result as JSON: %w", err)
	}
	return append(dst, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...), nil
}
