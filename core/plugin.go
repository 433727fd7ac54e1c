package tenon

import (
	"context"
	"fmt"
	"reflect"
)

// A Plugin says how an object becomes a value of the host's own interface T.
// Generated code makes one for each interface.
type Plugin[T any] struct {
	// Types are those that T's methods pass. The codec is chosen so that they all
	// can cross.
	Types []reflect.Type

	// New makes the stub that calls o. Required.
	New func(o *Object) T

	// Foreign makes a T of what a plugin of another [Dialect] dispensed. Default: it
	// must be a T already.
	Foreign func(dispensed any) (T, error)
}

// A Dispenser gives objects of services: a [*Client] those of its plugin, a [*Host]
// those that the host offers to a plugin.
type Dispenser interface {
	Dispense(ctx context.Context, name string, config any, types ...reflect.Type) (*Object, error)
}

var (
	_ Dispenser = (*Client)(nil)
	_ Dispenser = (*Host)(nil)
)

// Dispense asks the other side for an object of a service and returns it as a T.
// A plugin that does not run yet is started. An empty name means the default
// service, config is the object's configuration or nil.
func Dispense[T any](ctx context.Context, from Dispenser, name string, plugin Plugin[T], config any) (T, error) {
	var none T
	if client, ok := from.(*Client); ok {
		if err := client.Start(ctx); err != nil {
			return none, err
		}
		if foreign := client.foreign(); foreign != nil {
			return dispenseForeign(ctx, foreign, client.Info().Dialect, name, plugin)
		}
	}
	o, err := from.Dispense(ctx, name, config, plugin.Types...)
	if err != nil {
		return none, err
	}
	return plugin.New(o), nil
}

// dispenseForeign is Dispense with a plugin of another dialect.
func dispenseForeign[T any](ctx context.Context, foreign Foreign, dialect, name string, plugin Plugin[T]) (T, error) {
	var none T
	v, err := foreign.Dispense(ctx, name)
	if err != nil {
		return none, err
	}
	if plugin.Foreign != nil {
		return plugin.Foreign(v)
	}
	t, ok := v.(T)
	if !ok {
		return none, fmt.Errorf("tenon: dispense %q: the plugin speaks %s, where it is a %T and no %v", name, dialect, v, reflect.TypeFor[T]())
	}
	return t, nil
}
