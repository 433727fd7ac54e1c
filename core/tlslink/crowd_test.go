package tlslink_test

import (
	"context"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/tlslink"
)

// crowded is a process whose first connections lose their places: they are closed when the
// host has spoken.
type crowded struct {
	fakeProcess
	lost  int64
	dials *atomic.Int64
}

func (p crowded) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	if p.dials.Add(1) > p.lost {
		return p.fakeProcess.Dial(ctx, network, address)
	}
	host, plugin := net.Pipe()
	go func() { // ends with the first byte
		plugin.Read(make([]byte, 1))
		plugin.Close()
	}()
	return host, nil
}

// A host whose connection had to give its place to strangers comes again, but not for ever.
func TestLostPlace(t *testing.T) {
	leak.Check(t)
	for lost, want := range map[int64]string{3: "", 1 << 40: "closed the connection"} {
		var dials atomic.Int64
		p, l, address := listening(t, func(inner launch.Process) launch.Process {
			return crowded{inner.(fakeProcess), lost, &dials}
		})
		accepted := make(chan net.Conn, 1)
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			conn, _ := l.Accept(ctx)
			accepted <- conn
		}()
		conn, err := p.Dial(t.Context(), "tcp", address)
		switch {
		case want == "" && (err != nil || dials.Load() != lost+1):
			t.Errorf("after %d tries: %v", dials.Load(), err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || dials.Load() != tlslink.DialTries):
			t.Errorf("after %d tries: %v", dials.Load(), err)
		}
		if err != nil {
			cancel()
		}
		if theirs := <-accepted; theirs != nil {
			theirs.Close()
		}
		if conn != nil {
			conn.Close()
		}
		cancel()
	}
}
