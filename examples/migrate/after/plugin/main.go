// Command plugin greets in English.
package main

import (
	"context"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/examples/migrate/after/greeter"
)

type english struct{}

func (english) Greet(_ context.Context, name string) (string, error) { return "hello " + name, nil }

func main() {
	tenon.Main(tenon.ServeConfig{
		Cookie:   greeter.Cookie,
		Services: tenon.Services{"greeter": dynamic.Service(english{})},
	})
}
