package tlslink

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/internal/private"
	"github.com/tenon-dev/tenon/core/launch"
)

// dirEnv names the directory through which both sides learn of each other's keys. It is
// no secret.
const dirEnv = "TENON_LINK_TLS"

const (
	hostFile   = "host"   // the pin of the host's key
	pluginFile = "plugin" // that of the plugin's
)

// Over returns a launcher that starts plugins with l, and links them over TLS on loopback.
// l must start processes on this machine that see this machine's files. The hashes of keys
// are exchanged in a directory below [os.TempDir], which must be safe as that of a
// [launch.Listener] must.
func Over(l launch.Launcher) launch.Launcher { return over{l} }

type over struct{ inner launch.Launcher }

// Name returns the name of the plugin.
func (o over) Name() string { return launch.NameOf(o.inner) }

// Launch makes a key, and a directory in which the plugin finds its hash.
func (o over) Launch(ctx context.Context, req launch.Request) (_ launch.Process, err error) {
	dir, err := private.MkdirTemp("", "tenon") // absolute: the plugin may have another working directory
	if err != nil {
		return nil, fmt.Errorf("tlslink: make the directory for the hashes of keys: %w", err)
	}
	defer func() {
		if err != nil {
			removeDir(dir)
		}
	}()
	cert, mine, err := newKey()
	if err == nil {
		err = writePin(filepath.Join(dir, hostFile), mine)
	}
	if err != nil {
		return nil, fmt.Errorf("tlslink: make a key: %w", err)
	}
	req.Link = false
	req.Env = append(append([]string(nil), req.Env...), dirEnv+"="+dir)
	inner, err := o.inner.Launch(ctx, req)
	if err != nil {
		return nil, err
	}
	p := &process{Process: inner, dir: dir, cert: cert, done: make(chan struct{})}
	go p.watch()
	return p, nil
}

// process is a plugin that is reached over TLS.
type process struct {
	launch.Process
	dir  string
	cert tls.Certificate
	done chan struct{}
}

// Done is closed when the process has ended and nothing is left of its directory.
func (p *process) Done() <-chan struct{} { return p.done }

func (p *process) watch() {
	<-p.Process.Done()
	removeDir(p.dir)
	close(p.done)
}

// Exit says how the process ended; the zero Exit before Done is closed.
func (p *process) Exit() launch.Exit {
	select {
	case <-p.done:
		return p.Process.Exit()
	default:
		return launch.Exit{}
	}
}

var _ tenon.SelfProver = (*process)(nil)

// ProvesLinks says that the keys are the proof.
func (p *process) ProvesLinks() bool { return true }

// dialTries is how often a host connects that loses its place: strangers who each say
// something, many in a moment, can take it before the plugin has answered.
const dialTries = 100

// errLost is what matches when the plugin closed the connection before both were proven.
var errLost = errors.New("it closed the connection, as it does when too many connect")

// Dial connects to the port that the plugin announced, and proves both sides.
func (p *process) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	if network != "tcp" {
		return nil, fmt.Errorf("tlslink: the plugin listens on the network %q, and not for TLS: set ServeConfig.Listen to tlslink.Listen in the plugin", network)
	}
	theirs, err := readPin(filepath.Join(p.dir, pluginFile))
	if errors.Is(err, os.ErrNotExist) {
		err = errors.New("the plugin has not said which key is its own: set ServeConfig.Listen to tlslink.Listen in the plugin")
	}
	if err != nil {
		return nil, fmt.Errorf("tlslink: dial the plugin: %w", err)
	}
	for range dialTries {
		conn, again := p.prove(ctx, network, address, theirs)
		if again == nil {
			removeDir(p.dir) // nobody needs it any more
			return conn, nil
		}
		before := err
		if err = again; !errors.Is(err, errLost) || ctx.Err() != nil {
			if before != nil { // who ended then refuses now
				err = fmt.Errorf("%w (and before that: %w)", err, before)
			}
			return nil, err
		}
	}
	return nil, err
}

// prove connects once.
func (p *process) prove(ctx context.Context, network, address string, theirs pin) (net.Conn, error) {
	raw, err := p.Process.Dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, config(p.cert, theirs))
	if err := conn.HandshakeContext(ctx); err != nil {
		raw.Close()
		if closedByPeer(err) {
			err = fmt.Errorf("%w: %w", errLost, err)
		}
		return nil, fmt.Errorf("tlslink: dial the plugin at %s: %w", address, err)
	}
	return conn, nil
}

// closedByPeer reports whether the connection ended, and not what was said on it. An alert
// of TLS is an OpError too, of another name.
func closedByPeer(err error) bool {
	var op *net.OpError
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.ErrClosedPipe) ||
		errors.As(err, &op) && (op.Op == "read" || op.Op == "write") && !op.Timeout()
}
