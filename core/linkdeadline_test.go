package tenon_test

import (
	"io"
	"net"
	"testing"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/launch"
)

// undated is a connection whose deadlines do nothing, as those of many that are made of
// something else: a channel of a shell on another machine, two pipes.
type undated struct{ net.Conn }

func (undated) SetDeadline(time.Time) error      { return nil }
func (undated) SetReadDeadline(time.Time) error  { return nil }
func (undated) SetWriteDeadline(time.Time) error { return nil }

// TestLinkWithoutDeadlines: nobody waits for a peer that says nothing, on such a link either.
func TestLinkWithoutDeadlines(t *testing.T) {
	leak.Check(t)
	for name, peer := range map[string]func(net.Conn){
		"reads and says nothing": func(c net.Conn) { io.Copy(io.Discard, c) },
		"does not read":          func(net.Conn) {},
	} {
		host, plugin := net.Pipe()
		defer plugin.Close()
		go peer(plugin)
		c := newClient(t, "", func(cfg *tenon.ClientConfig) {
			cfg.Launcher = launch.Conn(undated{host})
			cfg.StartTimeout = 10 * time.Millisecond
		})
		started := make(chan error, 1)
		go func() { started <- c.Start(t.Context()) }()
		select {
		case err := <-started:
			as[*tenon.StartError](t, err)
		case <-time.After(20 * time.Second):
			host.Close()
			t.Errorf("a peer that %s: the start does not end", name)
		}
		c.Close()
	}
}
