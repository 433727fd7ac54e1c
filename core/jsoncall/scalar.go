package jsoncall

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
)

func (n *node) readNumber(out reflect.Value, v any, wrong func(string) error) error {
	text, ok := v.(json.Number)
	if s, special := v.(string); special && n.desc.Kind == "float" && (s == "NaN" || s == "+Inf" || s == "-Inf") {
		text, ok = json.Number(s), true
	}
	if !ok {
		return wrong("")
	}
	var err error
	switch bits := out.Type().Bits(); n.desc.Kind {
	case "int":
		var i int64
		if i, err = strconv.ParseInt(string(text), 10, bits); err == nil {
			out.SetInt(i)
		}
	case "uint":
		var u uint64
		if u, err = strconv.ParseUint(string(text), 10, bits); err == nil {
			out.SetUint(u)
		}
	default:
		var f float64
		if f, err = strconv.ParseFloat(string(text), bits); err == nil {
			out.SetFloat(f)
		}
	}
	if err != nil {
		return wrong("")
	}
	return nil
}

func (n *node) readBytes(out reflect.Value, v any, wrong func(string) error) error {
	var b []byte
	switch v := v.(type) {
	case string:
		var err error
		if b, err = base64.StdEncoding.DecodeString(v); err != nil {
			return wrong("as text it would be " + base64.StdEncoding.EncodeToString([]byte(shorten(v))))
		}
	case []any:
		b = make([]byte, len(v))
		for i, e := range v {
			number, _ := e.(json.Number)
			u, err := strconv.ParseUint(string(number), 10, 8)
			if err != nil {
				return wrong("")
			}
			b[i] = byte(u)
		}
	default:
		return wrong("")
	}
	if out.Kind() == reflect.Slice {
		out.SetBytes(b)
		return nil
	}
	if len(b) != out.Len() {
		return wrong(fmt.Sprintf("these are %d bytes", len(b)))
	}
	reflect.Copy(out, reflect.ValueOf(b))
	return nil
}

// generic makes a value of any type from JSON, in which numbers have the widest type
// that fits where the codec knows no numbers as texts.
func generic(v any, codec string) any {
	switch v := v.(type) {
	case json.Number:
		if codec == jsonCodec {
			return v
		}
		if i, err := v.Int64(); err == nil {
			return i
		}
		f, err := v.Float64()
		if err != nil {
			return string(v)
		}
		return f
	case []any:
		for i := range v {
			v[i] = generic(v[i], codec)
		}
		return v
	case map[string]any:
		for name := range v {
			v[name] = generic(v[name], codec)
		}
		return v
	}
	return v
}
