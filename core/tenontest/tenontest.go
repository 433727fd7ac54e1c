// Package tenontest tests plugins and hosts in a few lines: the plugin runs in
// the test's own process, behind the same handshake, transport and codec as ever,
// so that the race detector and a debugger see both sides.
package tenontest

import (
	"context"
	"net"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/launch"
)

// cookie is the one that Serve uses.
var cookie = tenon.Cookie{Key: "TENONTEST_PLUGIN", Value: "in this process"}

// An Option changes the configurations of both sides before anything starts.
type Option func(host *tenon.ClientConfig, plugin *tenon.ServeConfig)

// Serve serves services as a plugin in this process and returns a host's client of
// it. The client is closed at the end of the test; what goes wrong then fails the
// test. Serve may be called any number of times, and returns at once: the plugin
// starts with the first call that needs it.
func Serve(t testing.TB, services tenon.Services, opts ...Option) *tenon.Client {
	t.Helper()
	host := tenon.ClientConfig{Cookie: cookie}
	plugin := tenon.ServeConfig{Cookie: cookie, Services: services, Name: t.Name()}
	for _, opt := range opts {
		opt(&host, &plugin)
	}
	if host.Launcher == nil {
		host.Launcher = launch.InProcess(func(ctx context.Context, link net.Conn) error {
			return tenon.ServeConn(ctx, link, plugin)
		})
	}
	client := tenon.NewClient(host)
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Errorf("close the client: %v", err)
		}
		if client.State() == tenon.Crashed {
			t.Errorf("the plugin crashed: %v", client.Err())
		}
	})
	return client
}
