package rpc

import (
	"context"
	"net"
	"reflect"
	"sync"
	"testing"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/directtransport"
)

// pair is a host's and a plugin's side of one session in this process.
type pair struct {
	host, plugin *Peer
	link         net.Conn // the host's end
}

// newPair connects two peers. The session is closed, and checked for what it
// leaves behind, at the end of the test.
func newPair(t testing.TB, host, plugin Config) *pair {
	t.Helper()
	leak.Check(t)
	a, b := net.Pipe()
	return connect(t, a, b, host, plugin)
}

func connect(t testing.TB, a, b net.Conn, host, plugin Config) *pair {
	t.Helper()
	codecs := []codec.Codec{jsoncodec.New()}
	host.Side, plugin.Side = transport.Host, transport.Plugin
	if host.Codecs == nil {
		host.Codecs = codecs
	}
	if plugin.Codecs == nil {
		plugin.Codecs = codecs
	}
	p := &pair{link: a}
	var wg sync.WaitGroup
	for _, end := range []struct {
		peer *(*Peer)
		conn net.Conn
		cfg  Config
	}{{&p.host, a, host}, {&p.plugin, b, plugin}} {
		wg.Add(1)
		go func() {
			defer wg.Done()
			session, err := directtransport.New().Session(end.conn, transport.Config{Side: end.cfg.Side})
			if err != nil {
				t.Error(err)
				return
			}
			if *end.peer, err = NewPeer(session, end.cfg); err != nil {
				t.Error(err)
			}
		}()
	}
	wg.Wait()
	t.Cleanup(func() {
		p.host.Close()
		p.plugin.Close()
		p.host.Join(context.Background())
		p.plugin.Join(context.Background())
	})
	return p
}

func (p *pair) dispense(t testing.TB, name string) *Object {
	t.Helper()
	o, err := p.host.Dispense(t.Context(), name, nil)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }
