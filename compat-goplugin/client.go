package goplugin

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"

	"github.com/hashicorp/go-hclog"
	"github.com/tenon-dev/tenon/compat-goplugin/runner"
)

// ErrProcessNotFound is returned by Start when there is no plugin to reattach to.
var ErrProcessNotFound = errors.New("reattachment process not found")

// ErrGRPCBrokerMuxNotSupported is returned by Start when GRPCBrokerMultiplex is set and
// the plugin cannot do that: build the plugin with a newer library, or do without.
var ErrGRPCBrokerMuxNotSupported = errors.New("the plugin does not support gRPC broker multiplexing; build it with a newer library, or leave GRPCBrokerMultiplex unset")

// errKilled is what a start ends with when Kill interrupts it.
var errKilled = errors.New("the plugin was killed while it started")

// A Client runs one plugin for a host, or is attached to one that runs already. Make
// one with [NewClient]. All methods may be called concurrently.
type Client struct {
	config ClientConfig
	log    hclog.Logger

	mu      sync.Mutex
	start   *attempt // nil: not started; kept after a success, and a failure that is final
	connect *attempt
	process *process // nil before the start and after Kill
	link    *link    // set by a successful start
	client  ClientProtocol
	exited  bool
	forced  bool // Kill had to kill
}

// An attempt is something that is done once, for all who wait for it.
type attempt struct {
	cancel context.CancelCauseFunc
	done   chan struct{}
	err    error // set before done is closed
}

func newAttempt() (context.Context, *attempt) {
	ctx, cancel := context.WithCancelCause(context.Background())
	return ctx, &attempt{cancel: cancel, done: make(chan struct{})}
}

func (a *attempt) finish(err error) {
	a.err = err
	a.cancel(nil)
	close(a.done)
}

// A link is what is needed to connect to a plugin that runs.
type link struct {
	ctx       context.Context // done when the plugin has ended
	addr      net.Addr
	protocol  Protocol
	version   int
	plugins   PluginSet
	tls       *tls.Config
	sockets   UnixSocketConfig
	translate runner.AddrTranslator
	grace     func() // waits a moment for the plugin's end
}

// NewClient makes a client. It does no I/O, and copies config.
//
// Whoever makes a client calls [Client.Kill] in the end, or, if it is Managed,
// [CleanupClients].
func NewClient(config *ClientConfig) (c *Client) {
	cfg := config.withDefaults()
	c = &Client{config: cfg, log: cfg.Logger}
	if cfg.Managed {
		managed.add(c)
	}
	return c
}

// Start starts the plugin, waits for its answer, and returns where it listens. Once
// the plugin was started it does nothing but return the same, also after the plugin's
// end. What fails before a Cmd was executed can be tried again.
func (c *Client) Start() (addr net.Addr, err error) {
	c.mu.Lock()
	a := c.start
	if a == nil {
		var ctx context.Context
		ctx, a = newAttempt()
		c.start = a
		c.mu.Unlock()
		c.begin(ctx, a)
	} else {
		c.mu.Unlock()
		<-a.done
	}
	if a.err != nil {
		return nil, a.err
	}
	return c.running().addr, nil
}

// begin makes a start, and notes how it went.
func (c *Client) begin(ctx context.Context, a *attempt) {
	l, final, err := c.launch(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil {
		c.link = l
	} else if !final {
		c.start = nil
	}
	a.finish(err)
}

// Client connects to the plugin, which it starts when it does not run yet, and returns
// what dispenses: an [*RPCClient] or a [*GRPCClient], always the same.
func (c *Client) Client() (ClientProtocol, error) {
	if _, err := c.Start(); err != nil {
		return nil, err
	}
	return c.connected()
}

// connected connects to a plugin that was started, unless that was done.
func (c *Client) connected() (ClientProtocol, error) {
	c.mu.Lock()
	a := c.connect
	if a == nil {
		var ctx context.Context
		ctx, a = newAttempt()
		c.connect = a
		l := c.link
		c.mu.Unlock()
		p, err := c.dispenser(ctx, l)
		c.mu.Lock()
		if c.client = p; err != nil {
			c.client = nil
			c.connect = nil // it may be tried again
		}
		a.finish(err)
	} else {
		c.mu.Unlock()
		<-a.done
		c.mu.Lock()
	}
	defer c.mu.Unlock()
	if a.err != nil {
		return nil, a.err
	}
	return c.client, nil
}

func (c *Client) dispenser(ctx context.Context, l *link) (ClientProtocol, error) {
	ctx, cancel := context.WithTimeout(ctx, c.config.StartTimeout)
	defer cancel()
	switch l.protocol {
	case ProtocolNetRPC:
		return newRPCClient(ctx, c, l)
	case ProtocolGRPC:
		return newGRPCClient(ctx, c, l)
	default:
		return nil, fmt.Errorf("the plugin speaks the protocol %q, which this host does not know", l.protocol)
	}
}

// running is how to connect to the plugin; nil before it was started.
func (c *Client) running() *link {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.link
}

// Protocol returns what the plugin speaks. It starts the plugin when it does not run
// yet, and returns ProtocolInvalid when that fails.
func (c *Client) Protocol() Protocol {
	if _, err := c.Start(); err != nil {
		return ProtocolInvalid
	}
	return c.running().protocol
}

// NegotiatedVersion returns the version that was agreed, or that of the ReattachConfig;
// 0 before the start.
func (c *Client) NegotiatedVersion() int {
	if l := c.running(); l != nil {
		return l.version
	}
	return 0
}

// Exited reports whether the plugin has run and ended.
func (c *Client) Exited() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.exited
}

// ID returns what tells the running plugin from others: its process ID, or what the
// Runner says. It is "" before the start and after Kill.
func (c *Client) ID() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.process == nil || c.config.Reattach != nil && c.config.Reattach.Test {
		return ""
	}
	return c.process.ID()
}

// ReattachConfig returns what another client needs to attach to the plugin that this
// one runs, and nil before it was started. With a RunnerFunc, the ReattachFunc must be
// added.
func (c *Client) ReattachConfig() *ReattachConfig {
	l := c.running()
	if l == nil {
		return nil
	}
	if c.config.Reattach != nil {
		return c.config.Reattach
	}
	r := &ReattachConfig{Protocol: l.protocol, ProtocolVersion: l.version, Addr: l.addr}
	if c.config.Cmd != nil && c.config.Cmd.Process != nil {
		r.Pid = c.config.Cmd.Process.Pid
	}
	return r
}
