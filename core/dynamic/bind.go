package dynamic

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"github.com/tenon-dev/tenon/core/rpc"
)

// A Dispenser gives objects of services: a *tenon.Client, or an [rpc.Peer].
type Dispenser = rpc.Dispenser

// Bind dispenses a service without a configuration and makes the func fields of
// target, a pointer to a struct, call its methods. See [BindObject] for what the
// fields may be.
func Bind(ctx context.Context, from Dispenser, service string, target any) error {
	return BindConfig(ctx, from, service, nil, target)
}

// BindConfig is Bind for a service that takes a configuration.
func BindConfig(ctx context.Context, from Dispenser, service string, config, target any) error {
	fields, err := fieldsOf(target)
	if err != nil {
		return err
	}
	c := newChecker()
	for _, f := range fields {
		if _, err := f.shape(c, target, nil); err != nil {
			return err
		}
	}
	o, err := from.Dispense(ctx, service, config, c.types...)
	if err != nil {
		return err
	}
	if err := BindObject(o, target); err != nil {
		o.Close()
		return err
	}
	return nil
}

// BindObject makes the func fields of target, a pointer to a struct, call the
// methods of o that have their names; a tag such as `tenon:"Get"` gives another
// name. Each field is a func that may take a context first, and must return an
// error last, since calls can always fail; where it returns an iter.Seq2[T, error]
// the errors stand in that. A field Close, a func() error, releases o. Fields that
// are not funcs, and unexported ones, are left alone, but for a [Ref].
func BindObject(o *rpc.Object, target any) error {
	fields, err := fieldsOf(target)
	if err != nil {
		return err
	}
	for _, f := range fields {
		params, ok := o.Params(f.method)
		if !ok && !f.closes() {
			return rpc.Errorf(rpc.Unimplemented, "bind %T: service %q has no method %q: it has %s", target, o.Service(), f.method, strings.Join(o.Methods(), ", "))
		}
		s, err := f.shape(newChecker(), target, params)
		if err != nil {
			return rpc.Errorf(rpc.InvalidArgument, "%s.%s: %w", o.Service(), f.method, err)
		}
		c := caller{object: o, method: f.method, shape: s, fn: f.value.Type(), ctx: context.Background()}
		body := c.call
		if f.closes() {
			body = c.close
		}
		f.value.Set(reflect.MakeFunc(c.fn, body))
	}
	setRef(reflect.ValueOf(target), o)
	return nil
}

// A field is a func field to be bound.
type field struct {
	name   string
	method string
	value  reflect.Value
}

// shape returns how the func crosses, seen from this side, which calls it.
func (f field) shape(c *checker, target any, names []string) (*shape, error) {
	s, err := c.shape(f.value.Type(), 0, names, sent)
	if err == nil {
		err = s.mayFail(f.value.Type())
	}
	if err == nil {
		err = fills(f.method, f.value.Type(), 0)
	}
	if err != nil {
		return nil, fmt.Errorf("dynamic: bind %T: field %s: %w", target, f.name, err)
	}
	return s, nil
}

// closes reports whether the func releases the object.
func (f field) closes() bool {
	return f.method == "Close" && f.value.Type() == reflect.TypeFor[func() error]()
}

func fieldsOf(target any) ([]field, error) {
	v := reflect.ValueOf(target)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return nil, fmt.Errorf("dynamic: bind %T: it must be a pointer to a struct of funcs", target)
	}
	v = v.Elem()
	var fields []field
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.IsExported() && f.Type.Kind() == reflect.Func {
			fields = append(fields, field{name: f.Name, method: methodName(f), value: v.Field(i)})
		}
	}
	if len(fields) == 0 {
		return nil, fmt.Errorf("dynamic: bind %T: it has no exported func fields", target)
	}
	return fields, nil
}

// Call calls a method by its full name, "service.Method", or "Method" of the
// default service, with args, and stores the result, if there is one, in result, a
// pointer or nil. Several results are stored in a struct with the fields R0, R1
// and so on. It dispenses an object for this one call.
func Call(ctx context.Context, from Dispenser, name string, result any, args ...any) error {
	service, method, ok := cutLast(name)
	if !ok {
		service, method = "", name
	}
	o, err := from.Dispense(ctx, service, nil)
	if err != nil {
		return err
	}
	defer o.Close()
	params, _ := o.Params(method) // Call tells when there is none
	values := make([]reflect.Value, len(args))
	types := make([]reflect.Type, len(args))
	for i, a := range args {
		if a == nil {
			return rpc.Errorf(rpc.InvalidArgument, "call %s: argument %d is nil, which has no type: pass a typed one", name, i)
		}
		values[i], types[i] = reflect.ValueOf(a), reflect.TypeOf(a)
		if k := kindOf(types[i]); k != plain {
			return rpc.Errorf(rpc.InvalidArgument, "call %s: argument %d is %s: use Bind to pass live values", name, i, k.one())
		}
	}
	g, err := pack(types, "a", params)
	if err != nil {
		return rpc.Errorf(rpc.InvalidArgument, "call %s: %w", name, err)
	}
	return o.Call(ctx, method, g.join(values), result)
}

// cutLast cuts a full name at its last dot: services may have dots in their names.
func cutLast(name string) (service, method string, ok bool) {
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return "", "", false
	}
	return name[:i], name[i+1:], true
}
