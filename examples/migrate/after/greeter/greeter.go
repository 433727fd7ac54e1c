// Package greeter is what the host and the plugin share.
package greeter

import (
	"context"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
)

// Cookie tells a plugin that a host started it.
var Cookie = tenon.Cookie{Key: "GREETER_TENON", Value: "hello"}

// A Greeter greets.
type Greeter interface {
	Greet(ctx context.Context, name string) (string, error)
}

// stub is a Greeter in a plugin.
type stub struct {
	Call func(ctx context.Context, name string) (string, error) `tenon:"Greet"`
}

func (s *stub) Greet(ctx context.Context, name string) (string, error) { return s.Call(ctx, name) }

// Dispense returns the Greeter of a plugin.
func Dispense(ctx context.Context, client *tenon.Client) (Greeter, error) {
	var bound error
	g, err := tenon.Dispense(ctx, client, "greeter", tenon.Plugin[Greeter]{New: func(o *tenon.Object) Greeter {
		s := new(stub)
		bound = dynamic.BindObject(o, s)
		return s
	}}, nil)
	if err == nil {
		err = bound
	}
	return g, err
}
