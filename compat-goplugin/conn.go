package goplugin

import (
	"context"
	"errors"
	"net"
	"os"
	"sync/atomic"

	"github.com/tenon-dev/tenon/compat-goplugin/internal/mux"
)

// dial connects to the plugin.
func (l *link) dial(ctx context.Context) (net.Conn, error) {
	conn, err := dialAddr(ctx, l.addr)
	if err != nil {
		return nil, err
	}
	return &pluginConn{Conn: conn, grace: l.grace}, nil
}

// muxDialer returns what opens the streams of a shared connection for gRPC.
func muxDialer(m *mux.Mux) func(context.Context) (net.Conn, error) {
	return func(context.Context) (net.Conn, error) { return m.Dial() }
}

// A pluginConn tells nobody of its end before the plugin's own end was noted, if that is
// the reason: hosts look at the context of their plugin once a call has failed, to see
// whether to start it again.
type pluginConn struct {
	net.Conn
	grace  func()
	closed atomic.Bool
}

// Read reads from the connection.
func (c *pluginConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mourn(err)
	return n, err
}

// Write writes to the connection.
func (c *pluginConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.mourn(err)
	return n, err
}

// mourn waits a moment for the end of the plugin when the connection was ended by it.
func (c *pluginConn) mourn(err error) {
	if err == nil || c.closed.Load() || errors.Is(err, net.ErrClosed) || errors.Is(err, os.ErrDeadlineExceeded) {
		return
	}
	c.grace()
}

// Close closes the connection.
func (c *pluginConn) Close() error {
	c.closed.Store(true)
	return c.Conn.Close()
}
