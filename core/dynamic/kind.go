package dynamic

import (
	"context"
	"io"
	"iter"
	"net"
	"reflect"

	"github.com/tenon-dev/tenon/core/rpc"
)

// A kind says how an argument or a result crosses.
type kind uint8

const (
	plain      kind = iota // encoded
	reader                 // io.Reader, io.ReadCloser
	writer                 // io.Writer, io.WriteCloser
	duplex                 // io.ReadWriter, io.ReadWriteCloser
	connection             // net.Conn
	sequence               // iter.Seq, iter.Seq2[T, error]
	callback               // another func
	object                 // an interface, or a pointer to a struct of funcs
)

// String returns the name that the catalogue has for the kind.
func (k kind) String() string {
	return [...]string{"value", "reader", "writer", "reader and writer", "connection", "sequence", "callback", "object"}[k]
}

// one returns the name as it is spoken of.
func (k kind) one() string {
	if k == object {
		return "an object"
	}
	return "a " + k.String()
}

var (
	contextType = reflect.TypeFor[context.Context]()
	errorType   = reflect.TypeFor[error]()
	boolType    = reflect.TypeFor[bool]()
	refType     = reflect.TypeFor[Ref]()
)

// bytesKinds are the interfaces of the standard library that stand for bytes as
// they come. Only these very types do.
var bytesKinds = map[reflect.Type]kind{
	reflect.TypeFor[io.Reader]():          reader,
	reflect.TypeFor[io.ReadCloser]():      reader,
	reflect.TypeFor[io.Writer]():          writer,
	reflect.TypeFor[io.WriteCloser]():     writer,
	reflect.TypeFor[io.ReadWriter]():      duplex,
	reflect.TypeFor[io.ReadWriteCloser](): duplex,
	reflect.TypeFor[net.Conn]():           connection,
}

// kindOf returns how values of t cross, if they do.
func kindOf(t reflect.Type) kind {
	if k, ok := bytesKinds[t]; ok {
		return k
	}
	switch t.Kind() {
	case reflect.Func:
		if _, _, ok := itemOf(t); ok {
			return sequence
		}
		return callback
	case reflect.Interface:
		if t.NumMethod() > 0 && t != errorType {
			return object
		}
	case reflect.Pointer:
		if isFuncs(t.Elem()) {
			return object
		}
	}
	return plain
}

// itemOf returns the type of a sequence's values, and whether errors stand beside
// them: it is an iter.Seq, or an iter.Seq2 whose second values are errors.
func itemOf(t reflect.Type) (item reflect.Type, errors, ok bool) {
	if t.Kind() != reflect.Func || t.NumIn() != 1 || t.NumOut() != 0 || t.IsVariadic() {
		return nil, false, false
	}
	yield := t.In(0)
	if yield.Kind() != reflect.Func || yield.NumOut() != 1 || yield.Out(0) != boolType || yield.IsVariadic() {
		return nil, false, false
	}
	switch {
	case yield.NumIn() == 1:
		return yield.In(0), false, true
	case yield.NumIn() == 2 && yield.In(1) == errorType:
		return yield.In(0), true, true
	}
	return nil, false, false
}

// isPairs reports whether t is an iter.Seq2 whose second values are no errors.
func isPairs(t reflect.Type) bool {
	return t.Kind() == reflect.Func && t.NumIn() == 1 && t.NumOut() == 0 && t.In(0).Kind() == reflect.Func &&
		t.In(0).NumIn() == 2 && t.In(0).In(1) != errorType && t.In(0).NumOut() == 1 && t.In(0).Out(0) == boolType
}

// isFuncs reports whether t is a struct of funcs: one that has an exported field
// that is a func, or a [Ref].
func isFuncs(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() && (f.Type.Kind() == reflect.Func || f.Type == refType) {
			return true
		}
	}
	return false
}

// anySeq is a sequence whose type is known at run time only.
type anySeq = iter.Seq2[any, error]

var _ rpc.Remote = (*Ref)(nil)
