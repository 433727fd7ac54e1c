package rpc

import "reflect"

// PassFunc passes a func that the callee can call until the call ends; s describes
// it. A nil func is nil on the other side.
func PassFunc[F any](c *Call, s *Service, fn F) { c.PassObject(s, nonNil(fn), false) }

// ReplyFunc passes a func to the caller as a live result; see
// [Incoming.ReplyObject].
func ReplyFunc[F any](in *Incoming, s *Service, fn F) { in.ReplyObject(s, nonNil(fn)) }

// nonNil returns v, a func, as what the engine takes for nil where it is nil.
func nonNil(v any) any {
	if reflect.ValueOf(v).IsNil() {
		return nil
	}
	return v
}

// FuncArg returns the live argument at place i, a func of the caller that ends with
// the call: what stub makes of it, or a func of this side that came home.
func FuncArg[F any](in *Incoming, i int, stub func(*Object) F) (F, error) {
	o, home, err := in.Callback(i)
	return received(o, home, err, stub)
}

// ObjectArg returns the live argument at place i, an object of the caller, as
// [FuncArg] does. It lives until it is closed, or nothing refers to it any more.
func ObjectArg[T any](in *Incoming, i int, stub func(*Object) T) (T, error) {
	o, home, err := in.Object(i)
	return received(o, home, err, stub)
}

// ObjectResult returns the live result at place i, an object or a func of the
// callee, as [ObjectArg] does. After an error the results that were not taken are
// given up.
func ObjectResult[T any](c *Call, i int, stub func(*Object) T) (T, error) {
	o, home, err := c.Object(i)
	v, err := received(o, home, err, stub)
	if err != nil {
		c.Discard()
	}
	return v, err
}

// received returns an object of the other side, or the value of this side itself
// that came home.
func received[T any](o *Object, home any, err error, stub func(*Object) T) (T, error) {
	var none T
	switch {
	case err != nil:
		return none, err
	case o != nil:
		return stub(o), nil
	case home == nil:
		return none, nil
	}
	if stand, ok := home.(interface{ Served() any }); ok { // passed by reflection
		home = stand.Served()
	}
	if v, ok := home.(T); ok {
		return v, nil
	}
	want := reflect.TypeFor[T]()
	if v := reflect.ValueOf(home); v.IsValid() && want.Kind() == reflect.Func && v.Type().ConvertibleTo(want) {
		return v.Convert(want).Interface().(T), nil
	}
	return none, misfit(home, want)
}
