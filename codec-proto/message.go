package protocodec

import (
	"errors"
	"fmt"
	"reflect"

	"google.golang.org/protobuf/proto"

	"github.com/tenon-dev/tenon/core/codec"
)

const advice = "is no protobuf message; declare the service in a .proto file and use pointers to its generated messages, or choose a codec for Go values"

var errNoMessage = errors.New("not a pointer to a protobuf message")

// check accepts pointers to messages. All access to messages goes through
// proto.Message, since in the opaque API their fields are nobody's business.
func check(t reflect.Type) error {
	switch {
	case t == nil:
		return &codec.Unsupported{Reason: "no type was given"}
	case t.Kind() == reflect.Pointer && t.Implements(messageType):
		return nil
	case reflect.PointerTo(t).Implements(messageType):
		return &codec.Unsupported{Type: t, Reason: "is a protobuf message by value, which must not be copied; use *" + t.String()}
	}
	return &codec.Unsupported{Type: t, Reason: advice}
}

var messageType = reflect.TypeFor[proto.Message]()

// toSend returns the message that v is or points to.
func toSend(v any) (proto.Message, error) {
	if m, ok := v.(proto.Message); ok {
		return m, nil
	}
	p := reflect.ValueOf(v)
	if p.Kind() == reflect.Pointer && check(p.Type().Elem()) == nil {
		if p.IsNil() {
			p = reflect.New(p.Type().Elem())
		}
		return p.Elem().Interface().(proto.Message), nil
	}
	return nil, errNoMessage
}

// toFill returns the message that v is or points to, and makes the one that v is
// to point to.
func toFill(v any) (proto.Message, error) {
	p := reflect.ValueOf(v)
	if p.Kind() != reflect.Pointer {
		return nil, errNoMessage
	}
	m, isMessage := v.(proto.Message)
	if !isMessage && check(p.Type().Elem()) != nil {
		return nil, errNoMessage
	}
	if p.IsNil() {
		return nil, fmt.Errorf("a nil %v", p.Type())
	}
	if isMessage {
		return m, nil
	}
	if p.Elem().IsNil() {
		p.Elem().Set(reflect.New(p.Type().Elem().Elem()))
	}
	return p.Elem().Interface().(proto.Message), nil
}
