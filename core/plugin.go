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

// Dispense asks client's plugin for an object of a service and returns it as a T.
// It starts the plugin when it does not run yet. An empty name means the plugin's
// default service, config is the object's configuration or nil.
func Dispense[T any](ctx context.Context, client *Client, name string, plugin Plugin[T], config any) (T, error) {
	var none T
	if err := client.Start(ctx); err != nil {
		return none, err
	}
	if foreign := client.foreign(); foreign != nil {
		v, err := foreign.Dispense(ctx, name)
		if err != nil {
			return none, err
		}
		if plugin.Foreign != nil {
			return plugin.Foreign(v)
		}
		t, ok := v.(T)
		if !ok {
			return none, fmt.Errorf("tenon: dispense %q: the plugin speaks %s, where it is a %T and no %v", name, client.Info().Dialect, v, reflect.TypeFor[T]())
		}
		return t, nil
	}
	o, err := client.Dispense(ctx, name, config, plugin.Types...)
	if err != nil {
		return none, err
	}
	return plugin.New(o), nil
}
