// Package contract is what the hosts and plugins of these tests have in common,
// whichever library they are built on.
package contract

import (
	"context"
	"io"
	"os/exec"
	"time"

	"github.com/hashicorp/go-hclog"
)

// The environment that tells the test binary to play a plugin.
const (
	RoleEnv   = "PAIR_ROLE"   // "ours" or "theirs"
	ConfigEnv = "PAIR_CONFIG" // a Plugin as JSON
)

// The cookie of all tests.
const (
	CookieKey   = "PAIR_COOKIE"
	CookieValue = "yes"
)

// A Plugin says how a plugin is served.
type Plugin struct {
	GRPC     bool
	Versions []int  // VersionedPlugins; none: Plugins of version 1
	TLS      bool   // a TLSProvider with certificates that are made for the tests
	Before   string // printed to stdout before serving
	LogFile  string // where the Logger writes, instead of to stderr
}

// A Host says how a plugin is run.
type Host struct {
	Cmd         *exec.Cmd
	Reattach    *Reattach
	GRPC        bool // allow gRPC beside net/rpc
	Versions    []int
	AutoMTLS    bool
	TLS         bool
	Multiplex   bool
	Managed     bool
	SkipHostEnv bool
	Stderr      io.Writer
	SyncStdout  io.Writer
	SyncStderr  io.Writer
	Logger      hclog.Logger
	Timeout     time.Duration
	SHA256      []byte
}

// A Reattach is a ReattachConfig without its types.
type Reattach struct {
	Protocol, Network, Address string
	Version, Pid               int
	Test                       bool
}

// A Client is a client of either library.
type Client interface {
	Dispense(name string) (Service, error)
	Ping() error
	Close() error
	Kill()
	Exited() bool
	ID() string
	Start() error
	Protocol() string
	Version() int
	Reattach() *Reattach
}

// A Service is what the plugins serve.
type Service interface {
	Do(what, arg string) (string, error)                        // see Do
	Stream(n int) ([]string, error)                             // n words from the plugin
	Bidi(words []string) ([]string, error)                      // each word comes back
	CallBack(f func(string) string, arg string) (string, error) // the plugin calls the host
	ServeBack(arg string) (string, error)                       // the host calls what the plugin serves beside
	Gone() context.Context                                      // done when the plugin is gone; nil over net/rpc
}
