package tenon_test

import (
	"context"
	"net"
	"testing"
	"testing/synctest"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/launch"
)

// TestEndOfALinkAlone: of a plugin of which only the link is known, the end of that is all
// there is to learn. No call waits for more.
func TestEndOfALinkAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, plugin := net.Pipe()
		served := make(chan struct{})
		go func() {
			defer close(served)
			tenon.ServeConn(context.Background(), plugin, tenon.ServeConfig{Cookie: cookie, Services: testServices()})
		}()
		c := tenon.NewClient(tenon.ClientConfig{Cookie: cookie, Launcher: launch.Conn(host)})
		g := bind(t, c)
		if _, err := g.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		plugin.Close()
		err := g.Block(t.Context())
		if took := time.Since(began); took > 0 {
			t.Errorf("it took %v", took)
		}
		if crash := as[*tenon.CrashError](t, err); crash.Exited || crash.Signal != nil || crash.ExitCode != -1 {
			t.Errorf("got %+v", crash)
		}
		c.Close()
		<-served
	})
}
