//go:build unix

package tenon_test

import (
	"context"
	"net"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/launch"
)

// late launches processes whose links give nothing before the process has ended.
type late struct{ launch.Launcher }

func (l late) Launch(ctx context.Context, req launch.Request) (launch.Process, error) {
	p, err := l.Launcher.Launch(ctx, req)
	if err != nil {
		return nil, err
	}
	return lateProcess{p, lateConn{p.Link(), p.Done()}}, nil
}

type lateProcess struct {
	launch.Process
	link net.Conn
}

func (p lateProcess) Link() net.Conn { return p.link }

type lateConn struct {
	net.Conn
	ended <-chan struct{}
}

func (c lateConn) Read(b []byte) (int, error) {
	<-c.ended
	return c.Conn.Read(b)
}

// A plugin that refuses the host ends at once. Why it refused is known although
// its end is seen before its answer is read.
func TestLastWordsOfAStart(t *testing.T) {
	leak.Check(t)
	for range 20 {
		c := tenon.NewClient(tenon.ClientConfig{Cookie: cookie, Launcher: late{program("swapversion2")}})
		refused := as[*tenon.HandshakeError](t, c.Start(t.Context()))
		if refused == nil || refused.Reason != "no_common_version" {
			t.Fatalf("the reason is in %+v", refused)
		}
		c.Close()
	}
}
