package goplugin

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/tenon-dev/tenon/compat-goplugin/internal/line"
	"github.com/tenon-dev/tenon/compat-goplugin/runner"
	"google.golang.org/grpc"
)

// HandshakeConfig is what a host and its plugins must have in common.
type HandshakeConfig struct {
	// ProtocolVersion is the application's, of Plugins. Not needed with
	// VersionedPlugins.
	ProtocolVersion uint

	// MagicCookieKey and MagicCookieValue are a variable of the environment, by which
	// a plugin knows that it was not started by hand. They protect nothing.
	MagicCookieKey   string
	MagicCookieValue string
}

// ClientConfig says how a host runs one plugin. It is copied by [NewClient]; what it
// refers to must not be changed afterwards. Exactly one of Cmd, Reattach and
// RunnerFunc must be set.
type ClientConfig struct {
	// HandshakeConfig must be equal to the plugin's.
	HandshakeConfig

	// Plugins is what can be dispensed, in the version HandshakeConfig.ProtocolVersion.
	Plugins PluginSet

	// VersionedPlugins is what can be dispensed, by version. The highest one that the
	// plugin has, too, is used.
	VersionedPlugins map[int]PluginSet

	// Cmd is the command that starts the plugin, not started yet. It is changed: the
	// environment is completed, and Process and ProcessState are filled. It can be
	// used once.
	Cmd *exec.Cmd

	// Reattach describes a plugin that runs already.
	Reattach *ReattachConfig

	// RunnerFunc makes what runs the plugin otherwise. cmd has no path; its
	// environment holds what the plugin needs. tmpDir is a directory for sockets that
	// both sides must be able to reach.
	RunnerFunc func(l hclog.Logger, cmd *exec.Cmd, tmpDir string) (runner.Runner, error)

	// SecureConfig, if set, is checked before the plugin is started.
	SecureConfig *SecureConfig

	// TLSConfig, if set, secures the connection; the plugin needs a TLSProvider.
	TLSConfig *tls.Config

	// Managed makes [CleanupClients] kill the plugin.
	Managed bool

	// MinPort and MaxPort bound the ports that a plugin on Windows listens on.
	// Default: 10000 and 25000, if both are 0.
	MinPort, MaxPort uint

	// StartTimeout bounds the start, from the execution to the plugin's answer.
	// Default: 1 min.
	StartTimeout time.Duration

	// Stderr gets the plugin's standard error, line by line, beside Logger. Default:
	// nowhere.
	Stderr io.Writer

	// SyncStdout and SyncStderr get what the plugin's code writes to os.Stdout and
	// os.Stderr once it serves. Default: nowhere.
	SyncStdout io.Writer
	SyncStderr io.Writer

	// AllowedProtocols are those that the plugin may choose. Default: net/rpc only.
	AllowedProtocols []Protocol

	// Logger gets what this library has to say, and the plugin's log. Default: hclog's
	// default output, at the level Trace, named "plugin".
	Logger hclog.Logger

	// PluginLogBufferSize is the length in bytes up to which a line of the plugin's
	// log is read whole; longer ones come in parts, at the level Debug. Default: 64 KiB.
	PluginLogBufferSize int

	// AutoMTLS makes both sides prove who they are, with certificates that are made
	// for this start. TLSConfig must not be set, and the plugin must know of it.
	// Reattaching is not possible then.
	AutoMTLS bool

	// GRPCDialOptions are added when the connection to a gRPC plugin is made.
	GRPCDialOptions []grpc.DialOption

	// GRPCBrokerMultiplex makes all brokered connections of a gRPC plugin share its
	// one connection. The plugin must know of it, and reattaching is not possible.
	GRPCBrokerMultiplex bool

	// SkipHostEnv keeps the host's environment from the plugin.
	SkipHostEnv bool

	// UnixSocketConfig says how sockets are made. Default: the user's alone.
	UnixSocketConfig *UnixSocketConfig
}

// ReattachConfig describes a plugin that runs already. See [Client.ReattachConfig].
type ReattachConfig struct {
	Protocol        Protocol // "" stands for net/rpc
	ProtocolVersion int
	Addr            net.Addr
	Pid             int

	// ReattachFunc finds a plugin that is no process of this machine's; Pid is not
	// used then.
	ReattachFunc runner.ReattachFunc

	// Test is set by a plugin in test mode: Kill leaves such a one alone.
	Test bool
}

const (
	defaultMinPort       = 10000
	defaultMaxPort       = 25000
	defaultStartTimeout  = time.Minute
	defaultLogBufferSize = 64 << 10
)

// withDefaults returns a copy that can be used.
func (cfg ClientConfig) withDefaults() ClientConfig {
	if cfg.MinPort == 0 && cfg.MaxPort == 0 {
		cfg.MinPort, cfg.MaxPort = defaultMinPort, defaultMaxPort
	}
	if cfg.StartTimeout == 0 {
		cfg.StartTimeout = defaultStartTimeout
	}
	for _, w := range []*io.Writer{&cfg.Stderr, &cfg.SyncStdout, &cfg.SyncStderr} {
		if *w == nil {
			*w = io.Discard
		}
	}
	if cfg.AllowedProtocols == nil {
		cfg.AllowedProtocols = []Protocol{ProtocolNetRPC}
	}
	if cfg.Logger == nil {
		cfg.Logger = hclog.New(&hclog.LoggerOptions{Output: hclog.DefaultOutput, Level: hclog.Trace, Name: "plugin"})
	}
	if cfg.PluginLogBufferSize <= 0 {
		cfg.PluginLogBufferSize = defaultLogBufferSize
	}
	return cfg
}

// validate returns what is wrong with the way the plugin is to be found.
func (cfg *ClientConfig) validate() error {
	ways := 0
	for _, set := range []bool{cfg.Cmd != nil, cfg.Reattach != nil, cfg.RunnerFunc != nil} {
		if set {
			ways++
		}
	}
	switch {
	case ways != 1:
		return errors.New("exactly one of Cmd, Reattach and RunnerFunc must be set")
	case cfg.Reattach != nil && cfg.SecureConfig != nil:
		return ErrSecureConfigAndReattach
	case cfg.Reattach != nil && cfg.GRPCBrokerMultiplex:
		return errors.New("GRPCBrokerMultiplex does not work with Reattach: leave one of them out")
	case cfg.Reattach != nil && cfg.Reattach.Addr == nil:
		return errors.New("the ReattachConfig has no Addr")
	}
	return nil
}

// versions returns what can be dispensed, by version.
func (cfg *ClientConfig) versions() map[int]PluginSet {
	return versioned(cfg.VersionedPlugins, int(cfg.ProtocolVersion), cfg.Plugins, false)
}

// versioned joins the two ways in which a configuration lists plugins. override says
// which one wins where both have the version.
func versioned(all map[int]PluginSet, version int, set PluginSet, override bool) map[int]PluginSet {
	joined := make(map[int]PluginSet, len(all)+1)
	for v, s := range all {
		joined[v] = s
	}
	if _, given := joined[version]; set != nil && (override || !given) {
		joined[version] = set
	}
	return joined
}

// sortedVersions returns the versions, the highest first.
func sortedVersions(all map[int]PluginSet) []int {
	versions := make([]int, 0, len(all))
	for v := range all {
		versions = append(versions, v)
	}
	slices.Sort(versions)
	slices.Reverse(versions)
	return versions
}

// hostEnv is the host's environment, without what its own host may have told it as a
// plugin and what is not for its plugins: they would ask for a connection that this
// host does not make.
func hostEnv() []string {
	return slices.DeleteFunc(os.Environ(), func(entry string) bool {
		for _, name := range []string{line.EnvClientCert, line.EnvMultiplex} {
			if len(entry) > len(name) && entry[len(name)] == '=' && entry[:len(name)] == name {
				return true
			}
		}
		return false
	})
}
