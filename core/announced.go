package tenon

import (
	"context"
	"errors"
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

// errNoSecret is why a host does not connect to a unix socket, whose place in a private
// directory says only that no other user listens there.
var errNoSecret = errors.New("the plugin announced a unix socket without a secret, so that whoever listens there cannot be told from it: build the plugin with this release of Tenon or a later one, and let it listen with launch.NewListener")

// connect dials a plugin that listens. Where it announced a secret, both sides prove
// that they know it before anything else is said; where it did not, the launcher sees to
// that, as with TLS.
func connect(ctx context.Context, p launch.Process, a launch.Announcement) (net.Conn, error) {
	if a.Network == "unix" && a.Secret == nil {
		return nil, errNoSecret
	}
	link, err := p.Dial(ctx, a.Network, a.Address)
	if err != nil {
		return nil, visible.Error(fmt.Errorf("connect to where the plugin announced to listen: %w", err))
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
		return nil, visible.Error(fmt.Errorf("prove to be the host, and ask for the same, where the plugin announced to listen (%s %s): %w", a.Network, a.Address, err))
	}
	return link, nil
}
