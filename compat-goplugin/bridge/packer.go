package bridge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"

	"github.com/tenon-dev/tenon/compat-goplugin/internal/line"
	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/rpc"
)

// PackerName is what Packer's dialect is called in tenon.Info.
const PackerName = "packer"

// A PackerSession is a connection to a plugin of Packer, as Packer's own library makes
// it. Close must end what waits for the plugin.
type PackerSession interface {
	// Dispense returns the component of that name.
	Dispense(name string) (any, error)

	io.Closer
}

// PackerConfig says how a host speaks with plugins of Packer.
type PackerConfig struct {
	// Open makes a session of a connection, which it owns: yamux with net/rpc, as the
	// package rpc of Packer's SDK speaks it. Required.
	Open func(conn net.Conn) (PackerSession, error)

	// Major is the version of the API that plugins must have, and Minor the latest one
	// of it that the host knows. Default: 5 and 0.
	Major, Minor int

	// MinPort and MaxPort bound the ports that a plugin on Windows listens on.
	// Default: 10000 and 25000, if both are 0.
	MinPort, MaxPort uint
}

// What a host of Packer tells its plugins through the environment.
const (
	packerCookieKey   = "PACKER_PLUGIN_MAGIC_COOKIE"
	packerCookieValue = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"
	packerMinPort     = "PACKER_PLUGIN_MIN_PORT"
	packerMaxPort     = "PACKER_PLUGIN_MAX_PORT"
)

// Packer returns the handshake of Packer's plugins for tenon.ClientConfig.Dialects. The
// arguments that choose a component, such as "start builder NAME", are the launcher's.
//
// A plugin of Packer is asked to end by the end of its connection, and has no sign of
// life to give: a Ping succeeds while the connection stands.
func Packer(config PackerConfig) tenon.Dialect {
	if config.Major == 0 {
		config.Major = 5
	}
	if config.MinPort == 0 && config.MaxPort == 0 {
		config.MinPort, config.MaxPort = 10000, 25000
	}
	return tenon.Dialect{
		Name: PackerName,
		Env: []string{
			packerCookieKey + "=" + packerCookieValue,
			fmt.Sprintf("%s=%d", packerMinPort, config.MinPort),
			fmt.Sprintf("%s=%d", packerMaxPort, config.MaxPort),
		},
		Match:   func(text []byte) bool { _, err := parsePacker(string(text)); return err == nil },
		Connect: config.connect,
	}
}

// A packerLine is what a plugin of Packer answers: MAJOR|MINOR|NETWORK|ADDRESS.
type packerLine struct {
	major, minor int
	network      string
	address      string
}

func parsePacker(text string) (packerLine, error) {
	fields := strings.Split(strings.TrimSpace(text), "|")
	if len(fields) != 4 || fields[2] != "unix" && fields[2] != "tcp" || fields[3] == "" {
		return packerLine{}, fmt.Errorf("bridge: %s is not of the form MAJOR|MINOR|NETWORK|ADDRESS", line.Quote(text))
	}
	major, err := strconv.Atoi(fields[0])
	if err != nil || major == line.Core { // that one is go-plugin's
		return packerLine{}, fmt.Errorf("bridge: %s begins with no version of Packer's API", line.Quote(text))
	}
	minor, err := strconv.Atoi(fields[1])
	if err != nil {
		return packerLine{}, fmt.Errorf("bridge: %s has no minor version of Packer's API", line.Quote(text))
	}
	return packerLine{major, minor, fields[2], fields[3]}, nil
}

func (c PackerConfig) connect(ctx context.Context, text []byte, process launch.Process) (tenon.Foreign, error) {
	if c.Open == nil {
		return nil, errors.New("bridge: PackerConfig has no Open: give it what makes a session of a connection")
	}
	answer, err := parsePacker(string(text))
	if err != nil {
		return nil, err
	}
	if answer.major != c.Major || answer.minor > c.Minor {
		return nil, fmt.Errorf("bridge: incompatible API version with plugin: it has %d.%d, this host has %d.%d; use a release of the plugin that was built for it", answer.major, answer.minor, c.Major, c.Minor)
	}
	conn, err := new(net.Dialer).DialContext(ctx, answer.network, answer.address)
	if err != nil {
		return nil, fmt.Errorf("bridge: connect to the plugin: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	session, err := c.Open(conn)
	if !stop() && err == nil {
		session.Close()
		err = context.Cause(ctx)
	}
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("bridge: speak with the plugin: %w", err)
	}
	p := &packerPlugin{session: session, conn: conn, process: process, done: make(chan struct{}), watched: make(chan struct{})}
	go func() {
		defer close(p.watched)
		select {
		case <-process.Done():
			p.end(fmt.Errorf("the plugin's process has ended: %v", process.Exit()))
		case <-p.done:
		}
	}()
	return p, nil
}

// A packerPlugin is a connected plugin of Packer.
type packerPlugin struct {
	session PackerSession
	conn    net.Conn
	process launch.Process
	done    chan struct{}
	watched chan struct{}

	mu    sync.Mutex
	asked bool
	ended bool
	err   error
}

// Dispense returns the component of that name.
func (p *packerPlugin) Dispense(ctx context.Context, name string) (any, error) {
	return await(ctx, func() (any, error) { return p.session.Dispense(name) })
}

// Ping succeeds while the connection stands.
func (p *packerPlugin) Ping(ctx context.Context) error {
	select {
	case <-p.done:
		return p.Err()
	case <-ctx.Done():
		return ctx.Err()
	default:
		return nil
	}
}

// Shutdown ends the connection, upon which the plugin ends.
func (p *packerPlugin) Shutdown(ctx context.Context) error {
	p.mu.Lock()
	p.asked = true
	p.mu.Unlock()
	_, err := await(ctx, func() (any, error) { return nil, p.hangUp() })
	return err
}

// hangUp closes the session, and the connection, which Packer's library may not.
func (p *packerPlugin) hangUp() error {
	p.session.Close() // it may have ended by itself, and says so
	if err := p.conn.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// Done is closed when the connection has ended.
func (p *packerPlugin) Done() <-chan struct{} { return p.done }

// Err says why the connection has ended.
func (p *packerPlugin) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// Close ends the connection.
func (p *packerPlugin) Close() error {
	p.end(rpc.ErrClosed)
	p.hangUp()
	<-p.watched
	return nil
}

func (p *packerPlugin) end(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return
	}
	p.ended, p.err = true, err
	if p.asked {
		p.err = rpc.ErrClosed
	}
	close(p.done)
}
