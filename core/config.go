package tenon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/transport"
)

// ClientConfig says how a host runs one plugin. It is copied; what it refers to
// must not be changed while the client lives.
type ClientConfig struct {
	// Cookie is the pair that the plugin has too. Required.
	Cookie Cookie

	// Launcher starts the plugin, such as launch.Command("./plugin"). Required.
	Launcher launch.Launcher

	// Name is what operators call the plugin: TENON_ATTACH=name=socket in the host's
	// environment makes the host attach to one that runs already. Default: what the
	// launcher says, which is the file's name for launch.Command.
	Name string

	// Transports and Codecs are what the host can speak, in order of preference:
	// the first that the plugin has too is used; a codec is chosen for each
	// service. TENON_TRANSPORT and TENON_CODEC in the host's environment force one
	// of them. Default: the transport direct, the codec json.
	Transports []transport.Transport
	Codecs     []codec.Codec

	// Versions are the protocol versions, the application's own numbers, that the
	// host knows. The highest that the plugin knows too is used; Info tells which.
	// Default: 1.
	Versions []int

	// Services are what the host offers to the plugin.
	Services Services

	// Limits bounds what a plugin can make the host hold. Default:
	// [rpc.DefaultLimits].
	Limits Limits

	// Errors are the application's errors that keep their identity across the link.
	Errors Errors

	// Interceptors stand around the calls that the host makes, ServerInterceptors
	// around those that it serves.
	Interceptors       []Interceptor
	ServerInterceptors []Interceptor

	// Stdout and Stderr get the bytes of the plugin's descriptors 1 and 2 as they
	// come. They must not block for long: a plugin that prints waits for them. One
	// that stays in a Write does not keep a plugin from being stopped: when the process
	// is gone and [launch.WriterGrace] has passed, what it has not taken is thrown away.
	// Each is called by one goroutine at a time, and one that is both by one in all.
	// Default: none, but Logger gets the lines.
	Stdout, Stderr io.Writer

	// Logger gets what Tenon has to say, and the lines that the plugin prints where
	// Stdout or Stderr do not take them. Default: silent.
	Logger *slog.Logger

	// StartTimeout bounds a start, from the launch to the end of the handshake, in
	// addition to the caller's context. Default: 30 s.
	StartTimeout time.Duration

	// Stop says how long each step of stopping may take. Default: see [StopPolicy].
	Stop StopPolicy

	// Silence is how long a plugin may give no sign of life before OnSilence says
	// what happens. It is asked for one several times in that span, by the engine
	// and past every handler: a call that takes long is no silence, nor is a time in
	// which the host itself stood still. Default: never.
	Silence   time.Duration
	OnSilence SilencePolicy

	// Restart says whether a plugin that crashed is started again. Default: never.
	Restart RestartPolicy

	// Ready, if set, is asked about every new process, at the start, after a restart
	// and in a swap, before anybody else calls it; an error means that the start
	// failed. It is within StartTimeout: what it says after the end of ctx comes too
	// late. It may close the client.
	Ready func(ctx context.Context, plugin *Candidate) error

	// Outlive lets the plugin live on when this host has ended. Default: it ends.
	Outlive Outlive

	// Dialects are other handshakes that plugins may speak.
	Dialects []Dialect
}

// StopPolicy bounds the steps by which a plugin is stopped. Each step ends as
// soon as the plugin has ended. Zero means the default, a negative time leaves
// the step out.
type StopPolicy struct {
	Drain     time.Duration // for the calls in flight and the plugin's OnShutdown. Default: 5 s
	Exit      time.Duration // to exit by itself after that. Default: 2 s
	Terminate time.Duration // to exit after the request to terminate. Default: 2 s
}

func (p StopPolicy) withDefaults() StopPolicy {
	def := func(d *time.Duration, value time.Duration) {
		if *d == 0 {
			*d = value
		}
	}
	def(&p.Drain, 5*time.Second)
	def(&p.Exit, 2*time.Second)
	def(&p.Terminate, 2*time.Second)
	return p
}

const defaultStartTimeout = 30 * time.Second

// prepare returns a copy with the defaults, or what is wrong with the
// configuration.
func (cfg ClientConfig) prepare() (ClientConfig, drivers, error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if err := cfg.Cookie.validate(); err != nil {
		return cfg, drivers{}, err
	}
	if cfg.Launcher == nil {
		return cfg, drivers{}, errors.New(`there is no launcher: set one, such as launch.Command("./plugin")`)
	}
	launcher, forced, err := cfg.forcedLauncher()
	if err != nil {
		return cfg, drivers{}, err
	}
	if cfg.Launcher = launcher; forced {
		cfg.Logger.Info("the plugin is attached to, and not started, since "+attachEnv+" says so", "plugin", launch.NameOf(launcher))
	}
	if err := cfg.Limits.Validate(); err != nil {
		return cfg, drivers{}, err
	}
	cfg.Versions = slices.Clone(cfg.Versions)
	if len(cfg.Versions) == 0 {
		cfg.Versions = []int{1}
	}
	for _, v := range cfg.Versions {
		if v < 1 {
			return cfg, drivers{}, fmt.Errorf("protocol version %d: versions count from 1", v)
		}
	}
	for name, s := range cfg.Services {
		if s == nil {
			return cfg, drivers{}, fmt.Errorf("service %q is nil", name)
		}
		if err := s.Err(); err != nil {
			return cfg, drivers{}, fmt.Errorf("service %q: %w", name, err)
		}
	}
	if cfg.StartTimeout == 0 {
		cfg.StartTimeout = defaultStartTimeout
	}
	cfg.Stop, cfg.Restart = cfg.Stop.withDefaults(), cfg.Restart.withDefaults()
	cfg.Stdout, cfg.Stderr = serialWriters(cfg.Stdout, cfg.Stderr)
	d, err := newDrivers(cfg.Transports, cfg.Codecs)
	if err != nil {
		return cfg, drivers{}, err
	}
	d, err = d.forced()
	return cfg, d, err
}
