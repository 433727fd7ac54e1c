package directtransport

import (
	"net"

	"github.com/tenon-dev/tenon/core/transport"
)

// name is the token of the handshake. Its number changes with the bytes on the
// wire.
const name = "direct/1"

// New returns the transport "direct/1". It supports every link. The value may be
// used by many goroutines and for many links.
func New() transport.Transport { return direct{} }

type direct struct{}

var _ transport.Transport = direct{}

func (direct) Name() string { return name }

func (direct) Supports(net.Conn) bool { return true }

func (direct) Session(link net.Conn, cfg transport.Config) (transport.Session, error) {
	return startSession(link, cfg.WithDefaults()), nil
}
