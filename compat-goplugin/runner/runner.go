// Package runner is what a host implements to run plugins otherwise than as child
// processes, in containers for example. See RunnerFunc in the client's configuration.
package runner

import (
	"context"
	"io"
)

// A Runner starts one plugin and watches it. The host calls Start once, reads both
// outputs to their ends, and may call the other methods at any time after Start, also
// concurrently.
type Runner interface {
	// Start starts the plugin. The context bounds the starting only.
	Start(ctx context.Context) error

	// Diagnose says what may be the reason that a plugin did not answer as one, for
	// a person; it may return "".
	Diagnose(ctx context.Context) string

	// Stdout is the plugin's standard output, on which it answers the host.
	Stdout() io.ReadCloser

	// Stderr is the plugin's standard error, which the host logs.
	Stderr() io.ReadCloser

	// Name is what to call the plugin in logs, such as the path of a file. Several
	// plugins may have one name.
	Name() string

	AttachedRunner
}

// An AttachedRunner watches a plugin that runs already.
type AttachedRunner interface {
	// Wait waits until the plugin has ended, for whatever reason.
	Wait(ctx context.Context) error

	// Kill ends the plugin and cleans up after it.
	Kill(ctx context.Context) error

	// ID tells this running plugin from others, such as a process or container ID.
	ID() string

	AddrTranslator
}

// An AddrTranslator turns addresses of the plugin's world into those of the host's,
// and the other way round: in a container, a socket has another path than outside. It
// is used by the host only.
type AddrTranslator interface {
	// PluginToHost is called with an address that the plugin gave, before it is used.
	PluginToHost(pluginNet, pluginAddr string) (hostNet string, hostAddr string, err error)

	// HostToPlugin is called with an address of the host's before it is given to the
	// plugin.
	HostToPlugin(hostNet, hostAddr string) (pluginNet string, pluginAddr string, err error)
}

// A ReattachFunc finds a plugin that runs already.
type ReattachFunc func() (AttachedRunner, error)
