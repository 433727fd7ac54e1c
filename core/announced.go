package tenon

import (
	"context"
	"fmt"
	"net"

	"github.com/tenon-dev/tenon/core/internal/proof"
	"github.com/tenon-dev/tenon/core/internal/visible"
	"github.com/tenon-dev/tenon/core/launch"
)

// answer connects to a plugin that announced on stdout how it can be reached.
func (c *Client) answer(ctx context.Context, line []byte, r *run, probe bool) error {
	a, own, err := launch.ParseAnnounce(line)
	if !own { // no dialect gets to see Tenon's own line, which has a secret
		return c.answerDialect(ctx, line, r)
	}
	if err != nil {
		return err
	}
	link, err := connect(ctx, r.process, a)
	if err != nil {
		return err
	}
	r.info.Link = linkName(link, false)
	return c.greet(ctx, link, r, probe)
}

func (c *Client) answerDialect(ctx context.Context, line []byte, r *run) error {
	d := r.output.dialect(line)
	foreign, err := d.Connect(ctx, line, r.process)
	if err != nil {
		return visible.Error(fmt.Errorf("%s: %w", d.Name, err))
	}
	r.foreign, r.info.Dialect = foreign, d.Name
	return nil
}

// A SelfProver is what a [launch.Process] is whose links need no secret: each connection
// that Dial returns is known to lead to the plugin, and both sides have proven who they
// are, as over TLS with keys that both know. A host connects to a tcp socket that was
// announced without a secret through nothing else.
type SelfProver interface {
	ProvesLinks() bool
}

// mayDial reports why a host does not connect to where a plugin announced to listen: without
// a secret it would not know who listens there. The place of a unix socket in a private
// directory says only that it is no other user, and a port of the loopback not even that.
func mayDial(p launch.Process, a launch.Announcement) error {
	if a.Secret != nil {
		return nil
	}
	if own, ok := p.(SelfProver); ok && own.ProvesLinks() && a.Network != "unix" {
		return nil
	}
	return fmt.Errorf("the plugin announced a %s socket without a secret, so that whoever listens there cannot be told from it: build the plugin with this release of Tenon or a later one, and let it listen with launch.NewListener, or over TLS on both sides", visible.Line(a.Network))
}

// An unansweredError is what went wrong with a connection to where a plugin announced to
// listen. It is told apart since such a plugin has spoken.
type unansweredError struct {
	where string
	err   error
}

func (e *unansweredError) Error() string { return e.err.Error() }
func (e *unansweredError) Unwrap() error { return e.err }

// connect dials a plugin that listens. Where it announced a secret, both sides prove
// that they know it before anything else is said; where it did not, the process sees to
// that.
func connect(ctx context.Context, p launch.Process, a launch.Announcement) (net.Conn, error) {
	if err := mayDial(p, a); err != nil {
		return nil, err
	}
	where := a.Network + " " + a.Address
	link, err := p.Dial(ctx, a.Network, a.Address)
	if err != nil {
		return nil, visible.Error(&unansweredError{where, fmt.Errorf("connect to where the plugin announced to listen: %w", err)})
	}
	if a.Secret == nil {
		return link, nil
	}
	within := helloTimeout
	if debugging() {
		within = 0
	}
	if err := proof.AsHost(ctx, link, a.Secret, within); err != nil {
		link.Close()
		return nil, visible.Error(&unansweredError{where, fmt.Errorf("prove to be the host, and ask for the same, where the plugin announced to listen (%s): %w", where, err)})
	}
	return link, nil
}
