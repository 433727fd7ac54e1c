package rpc

import (
	"reflect"
)

// Generated protobuf messages tell about themselves by these methods. The names are
// constants, see protoMessage.
const (
	protoDescriptor = "Descriptor"
	protoFullName   = "FullName"
)

// messageName is the full name of a protobuf message, "" where it does not tell. t is a
// pointer to a generated message.
func messageName(t reflect.Type) (name string) {
	defer func() {
		if recover() != nil { // something else that has a method of that name
			name = ""
		}
	}()
	v := reflect.New(t.Elem())
	for _, step := range []func(reflect.Value) reflect.Value{
		func(v reflect.Value) reflect.Value { return v.MethodByName(protoMessage) },
		func(v reflect.Value) reflect.Value { return v.MethodByName(protoDescriptor) },
		func(v reflect.Value) reflect.Value { return v.MethodByName(protoFullName) },
	} {
		v = step(v).Call(nil)[0]
	}
	return v.String()
}

// A files collects the descriptors of protobuf files: those that messages are declared
// in, and those of the messages in their fields.
type files struct {
	list [][]byte
	have map[string]bool
	seen map[reflect.Type]bool
}

// add adds what the methods of a service pass.
func (f *files) add(types ...reflect.Type) {
	for _, t := range types {
		if t != nil && isMessage(t) {
			f.message(t)
		}
	}
}

func (f *files) message(t reflect.Type) {
	if f.seen == nil {
		f.seen, f.have = map[reflect.Type]bool{}, map[string]bool{}
	}
	if f.seen[t] || t.Elem().Kind() != reflect.Struct {
		return
	}
	f.seen[t] = true
	if m, ok := reflect.New(t.Elem()).Interface().(interface{ Descriptor() ([]byte, []int) }); ok {
		b, _ := m.Descriptor()
		f.file(b)
	}
	for i := range t.Elem().NumField() {
		field := t.Elem().Field(i)
		if !field.IsExported() {
			continue
		}
		inner := field.Type
		for inner.Kind() == reflect.Slice || inner.Kind() == reflect.Map {
			inner = inner.Elem()
		}
		switch {
		case isMessage(inner):
			f.message(inner)
		case inner.Kind() == reflect.Int32:
			if e, ok := reflect.Zero(inner).Interface().(interface{ EnumDescriptor() ([]byte, []int) }); ok {
				b, _ := e.EnumDescriptor()
				f.file(b)
			}
		}
	}
}

func (f *files) file(b []byte) {
	if len(b) > 0 && !f.have[string(b)] {
		f.have[string(b)] = true
		f.list = append(f.list, b)
	}
}
