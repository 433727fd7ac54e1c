package goplugin

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/rpc"
	"sync"
	"time"

	"github.com/hashicorp/yamux"
	"github.com/tenon-dev/tenon/compat-goplugin/internal/mux"
)

// shutdownWait bounds how long a plugin may take to answer that it will end.
const shutdownWait = 5 * time.Second

// RPCClient is the host's side of a net/rpc plugin.
type RPCClient struct {
	broker         *MuxBroker
	control        *rpc.Client
	plugins        map[string]Plugin
	stdout, stderr net.Conn
	brokering      chan struct{}   // closed when the broker has ended
	copying        []chan struct{} // closed when the plugin's output has ended
	close          func() error
}

// newRPCClient connects to a plugin that was started.
func newRPCClient(ctx context.Context, c *Client, l *link) (*RPCClient, error) {
	conn, err := l.dial(ctx)
	if err != nil {
		return nil, err
	}
	if l.tls != nil {
		conn = tls.Client(conn, l.tls)
	}
	client, err := newRPCClientLogging(conn, l.plugins, c.yamuxLog())
	if err != nil {
		return nil, err
	}
	client.SyncStreams(c.config.SyncStdout, c.config.SyncStderr)
	return client, nil
}

// NewRPCClient makes a client on a connection, which it owns.
func NewRPCClient(conn io.ReadWriteCloser, plugins map[string]Plugin) (*RPCClient, error) {
	return newRPCClientLogging(conn, plugins, silent())
}

func newRPCClientLogging(conn io.ReadWriteCloser, plugins map[string]Plugin, logger *log.Logger) (*RPCClient, error) {
	session, err := yamux.Client(conn, mux.Config(logger))
	if err != nil {
		conn.Close()
		return nil, err
	}
	// The first streams have their places: control, stdout, stderr. A plugin that takes
	// the first bytes for something else, as one with TLS does, ends the connection before
	// the third of them or after it: in both cases the first use of the client says so.
	var streams [3]net.Conn
	for i := range streams {
		if streams[i], err = session.Open(); err != nil {
			logger.Printf("[ERR] the plugin ended the connection as its streams were opened: %v", err)
			streams[i] = ended()
		}
	}
	c := &RPCClient{
		broker:    newMuxBroker(session),
		control:   rpc.NewClient(streams[0]),
		plugins:   plugins,
		stdout:    streams[1],
		stderr:    streams[2],
		brokering: make(chan struct{}),
	}
	c.close = sync.OnceValue(c.shutdown)
	go func() {
		defer close(c.brokering)
		c.broker.Run()
	}()
	return c, nil
}

// ended returns a stream that is at its end.
func ended() net.Conn {
	here, there := net.Pipe()
	there.Close()
	return here
}

// SyncStreams starts to copy what the plugin writes to os.Stdout and os.Stderr, until
// the connection ends. It returns at once, always nil, and is called once.
func (c *RPCClient) SyncStreams(stdout io.Writer, stderr io.Writer) error {
	for _, s := range []struct {
		to   io.Writer
		from net.Conn
	}{{stdout, c.stdout}, {stderr, c.stderr}} {
		ended := make(chan struct{})
		c.copying = append(c.copying, ended)
		go func() {
			defer close(ended)
			drain(s.to, s.from)
		}()
	}
	return nil
}

// drain copies to the end of src. What dst does not take is thrown away: if it were
// not read, the plugin would stop at its next line.
func drain(dst io.Writer, src io.Reader) {
	if dst == nil {
		dst = io.Discard
	}
	if _, err := io.Copy(dst, src); err != nil {
		io.Copy(io.Discard, src)
	}
}

// Close asks the plugin to end, waits up to five seconds for its answer, and closes
// the connection. The error says that the plugin did not agree. Calling it again
// returns the same.
func (c *RPCClient) Close() error { return c.close() }

func (c *RPCClient) shutdown() error {
	var none struct{}
	err := c.call("Control.Quit", true, &none)
	return errors.Join(err, c.disconnect())
}

// disconnect closes the connection without asking the plugin for anything.
func (c *RPCClient) disconnect() error {
	// Closing the session closes the streams and ends what reads from them.
	err := c.broker.Close()
	c.control.Close() // ends the client's goroutine; what it returns is about a stream that is gone
	<-c.brokering
	for _, ended := range c.copying {
		waitFor(ended, outputWait)
	}
	return err
}

// call makes a call on the control stream, for shutdownWait at most.
func (c *RPCClient) call(method string, arg, reply any) error {
	timer := time.NewTimer(shutdownWait)
	defer timer.Stop()
	call := c.control.Go(method, arg, reply, make(chan *rpc.Call, 1))
	select {
	case <-call.Done:
		return call.Error
	case <-timer.C:
		return fmt.Errorf("the plugin did not answer %s within %v", method, shutdownWait)
	}
}

// Dispense returns a new client of the plugin with that name, as its Client makes it.
func (c *RPCClient) Dispense(name string) (interface{}, error) {
	p, ok := c.plugins[name]
	if !ok {
		return nil, unknownPlugin(name)
	}
	var id uint32
	if err := c.control.Call("Dispenser.Dispense", name, &id); err != nil {
		return nil, err
	}
	conn, err := c.broker.Dial(id)
	if err != nil {
		return nil, fmt.Errorf("connect to the plugin %q: %w", name, err)
	}
	return p.Client(c.broker, rpc.NewClient(conn))
}

func unknownPlugin(name string) error {
	return fmt.Errorf("unknown plugin type: %s: the PluginSet has none of that name", name)
}

// Ping asks the plugin for a sign of life. The error is net/rpc's own.
func (c *RPCClient) Ping() error {
	var none struct{}
	return c.control.Call("Control.Ping", true, &none)
}
