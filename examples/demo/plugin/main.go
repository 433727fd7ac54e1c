// Command plugin is the plugin of the demo: a plain Go value, and one whose
// method takes and returns a protobuf message.
package main

import (
	"context"

	"google.golang.org/protobuf/types/known/wrapperspb"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/examples/demo/drivers"
)

type plain struct{}

func (plain) Ping(context.Context) (string, error) { return "pong", nil }

type message struct{}

func (message) Ping(_ context.Context, ping *wrapperspb.StringValue) (*wrapperspb.StringValue, error) {
	return wrapperspb.String("pong to " + ping.GetValue()), nil
}

func main() {
	tenon.Main(tenon.ServeConfig{
		Cookie:     drivers.Cookie,
		Services:   tenon.Services{"plain": dynamic.Service(plain{}), "message": dynamic.Service(message{})},
		Transports: drivers.Transports,
		Codecs:     drivers.Codecs,
	})
}
