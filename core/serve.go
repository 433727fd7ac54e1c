package tenon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/internal/hello"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/core/transport"
)

// ServeConfig says what a plugin offers. It is copied; what it refers to must
// not be changed while the plugin serves.
type ServeConfig struct {
	// Cookie is the pair that the host sets too. Required.
	Cookie Cookie

	// Services are what the plugin serves, as its protocol version 1, unless
	// Versions has another 1.
	Services Services

	// Versions are the services of further protocol versions: the application's own
	// numbers, above zero. The highest that the host knows too is served.
	Versions map[int]Services

	// Default names the service that is meant where a host names none. Default: the
	// only one, where there is one.
	Default string

	// Transports and Codecs are what the plugin can speak. The host's order of
	// preference decides. Default: the transport direct, the codec json.
	Transports []transport.Transport
	Codecs     []codec.Codec

	// Name and Release tell an operator what runs: "bolt-plugin", "1.4.0".
	Name, Release string

	// Limits bounds what a host can make the plugin hold. Default:
	// [rpc.DefaultLimits], but 65,536 calls: who started a process can end it, and
	// need not be kept from using it.
	Limits Limits

	// Errors are the application's errors that keep their identity across the link.
	Errors Errors

	// Interceptors stand around the calls that the plugin serves.
	Interceptors []Interceptor

	// OnShutdown runs once: when the host stops the plugin, after the calls in flight have
	// ended, or when the host is gone. It returns when ctx ends at the latest; one that does
	// not is left to itself, and the plugin ends. That it panics is an error of [Serve].
	OnShutdown func(ctx context.Context)

	// Background runs once the host is there, on a goroutine of its own: for a plugin
	// that calls its host unasked. ctx ends when the host is gone or has stopped the
	// plugin; Background returns soon after that. Handlers find the host with
	// [HostFrom].
	Background func(ctx context.Context, host *Host)

	// Standalone lets the plugin run by itself where no host started it: it waits for
	// hosts, one or many, under its Name (default: the program's), in a directory
	// that only its user may enter. Hosts find it with [attach.To]. Without it, the
	// flag --serve of [Main] does the same.
	Standalone bool

	// RuntimeDir is that directory. Default: [attach.Dir].
	RuntimeDir string

	// Replace ends another process that has the same name there, as the flag --replace
	// does. Default: it stays, and this one says so and does not serve.
	Replace bool

	// Keeper lets the plugin outlive its host, where that asks for it: reattach.Keeper.
	// The next host then finds the process as it was; objects are made anew. Default:
	// the plugin ends with its host.
	Keeper Keeper

	// Listen makes the plugin reachable where its link is not inherited: [tlslink.Listen]
	// for TLS on loopback. Default: a unix socket in a directory that only this user may
	// enter, and a secret that both sides prove to know: a [launch.Listener]. Hosts refuse
	// unix sockets without one.
	Listen func(ctx context.Context) (LinkListener, error)

	// Logger gets what Tenon has to say in the plugin. Default: silent.
	Logger *slog.Logger

	waiting *atomic.Bool    // set while no host is there; for Main
	parent  int             // the process that started this one; for Main, 0 elsewhere
	cutOff  *atomic.Bool    // set when the link ended in the middle of a shutdown; for Main
	hook    *hook           // OnShutdown; the sessions of one plugin share it
	caught  <-chan struct{} // closed when signals no longer end the plugin; nil where nobody catches them
}

// A LinkListener waits for the one connection of the host. [launch.Listener] is one.
type LinkListener interface {
	// Announce returns the line for standard output that says where it listens.
	Announce() []byte

	// Accept waits for the host, and stops listening.
	Accept(ctx context.Context) (net.Conn, error)

	// Close stops listening. Calling it again is fine.
	Close() error
}

// ErrHostGone is what [Serve] returns when the link to the host ended although
// the host had not asked for a shutdown: most often because the host died.
var ErrHostGone = errors.New("the host is gone")

// Serve serves a plugin in a process that a host started, until the host stops
// it, or is gone, or ctx ends. It owns nothing of the process: no flags, no
// signals, no exit; [Main] does.
//
// With [ServeConfig.Standalone], and no host that started it, it waits for hosts
// under its name until ctx ends.
//
// It returns nil after an orderly shutdown, ErrHostGone, ctx's error, or what
// went wrong: a [*NotStartedByHostError] in a process that no host started, and a
// [*HandshakeError] where the two sides do not fit.
func Serve(ctx context.Context, cfg ServeConfig) error {
	if err := cfg.validate(); err != nil {
		return err
	}
	if cfg.Standalone && !cfg.launched() {
		return serveAlone(ctx, cfg, nil)
	}
	link, err := cfg.bootstrap(ctx)
	if err != nil {
		return err
	}
	return ServeConn(ctx, link, cfg)
}

// ServeConn is Serve over a connection that exists already, whatever made it. It
// owns link from now on.
func ServeConn(ctx context.Context, link net.Conn, cfg ServeConfig) error {
	if err := cfg.validate(); err != nil {
		link.Close()
		return err
	}
	cfg.hook = newHook(cfg.OnShutdown)
	s, err := cfg.greetHost(ctx, link)
	if err != nil {
		link.Close()
		return err
	}
	if k := s.keeping; k != nil {
		return cfg.serveKept(ctx, s, k)
	}
	err = s.serve(ctx, true)
	if s.offer.Keep != nil { // it was made for this process
		launch.RemoveOutput(s.offer.Keep.Dir)
	}
	return err
}

// A served is one session of a plugin with a host.
type served struct {
	cfg     ServeConfig
	peer    *rpc.Peer
	offer   hello.Offer
	hook    *hook
	keeping *keeping // nil: the plugin ends with its host
}

// serve serves until the session ends. Where that is the end of the plugin, its hook runs
// also when the host has asked for no shutdown.
func (s *served) serve(ctx context.Context, ends bool) error {
	background := s.cfg.startBackground(s.peer)
	select {
	case <-s.peer.Done():
	case <-ctx.Done():
		s.peer.Close()
	}
	background.cancel()
	orderly := s.peer.ShutdownRequested()
	if s.cfg.cutOff != nil {
		s.cfg.cutOff.Store(orderly && !s.hook.inTime())
	}
	if !orderly && ends {
		s.hook.runWithin(ctx, hookGraceHostGone)
	}
	join, cancel := context.WithTimeout(context.Background(), handlersGrace)
	defer cancel()
	joinErr := errors.Join(s.peer.Join(join), background.join(join))
	var hookErr error
	if orderly || ends {
		hookErr = s.hook.join(join)
	}
	switch {
	case ctx.Err() != nil:
		return withHook(ctx.Err(), hookErr)
	case orderly:
		return withHook(joinErr, hookErr)
	case errors.Is(s.peer.Err(), io.EOF):
		return withHook(ErrHostGone, hookErr)
	default:
		return withHook(fmt.Errorf("%w: %w", ErrHostGone, s.peer.Err()), hookErr)
	}
}

// withHook adds to err what the hook did wrong, if it did.
func withHook(err, hookErr error) error {
	if hookErr == nil {
		return err
	}
	return errors.Join(err, hookErr)
}

const (
	// hookGraceHostGone bounds OnShutdown when the host is gone: a plugin must not
	// outlive its host by more than a second.
	hookGraceHostGone = 500 * time.Millisecond

	// handlersGrace is how long handlers may go on after the session has ended, and
	// with it their contexts.
	handlersGrace = 250 * time.Millisecond

	helloTimeout = 30 * time.Second
)

func (cfg ServeConfig) validate() error {
	if err := cfg.Cookie.validate(); err != nil {
		return fmt.Errorf("tenon: serve: %w", err)
	}
	if err := cfg.Limits.Validate(); err != nil {
		return fmt.Errorf("tenon: serve: %w", err)
	}
	versions := cfg.versions()
	if len(versions) == 0 {
		return errors.New("tenon: serve: there are no services: list them in ServeConfig.Services")
	}
	for version, services := range versions {
		if version < 1 {
			return fmt.Errorf("tenon: serve: protocol version %d: versions count from 1", version)
		}
		for name, s := range services {
			if s == nil {
				return fmt.Errorf("tenon: serve: service %q is nil", name)
			}
			if err := s.Err(); err != nil {
				return fmt.Errorf("tenon: serve: service %q: %w", name, err)
			}
		}
		if cfg.Default != "" && services[cfg.Default] == nil {
			return fmt.Errorf("tenon: serve: the default service %q is not among those of version %d", cfg.Default, version)
		}
	}
	return nil
}

// launched reports whether a host started this process.
func (cfg ServeConfig) launched() bool {
	return cfg.Cookie.present() && os.Getenv(launch.LinkEnv) != ""
}

// servedCalls is how many calls of its host a plugin serves at a time. A host
// serves its plugins fewer.
const servedCalls = 1 << 16

func (cfg ServeConfig) limits() Limits {
	l := cfg.Limits
	if l.Calls == 0 {
		l.Calls = servedCalls
	}
	return l.WithDefaults()
}

// versions returns the services of every protocol version.
func (cfg ServeConfig) versions() map[int]Services {
	all := maps.Clone(cfg.Versions)
	if all == nil {
		all = map[int]Services{}
	}
	if _, given := all[1]; !given && len(cfg.Services) > 0 {
		all[1] = cfg.Services
	}
	return all
}

// bootstrap returns the link to the host that started this process. It takes the
// variables of the bootstrap out of the environment: children of the plugin are
// no plugins.
func (cfg ServeConfig) bootstrap(ctx context.Context) (net.Conn, error) {
	cookie := cfg.Cookie
	value, present := os.Getenv(launch.LinkEnv), cookie.present()
	os.Unsetenv(launch.LinkEnv)
	os.Unsetenv(cookie.Key)
	if !present || value == "" {
		return nil, &NotStartedByHostError{Cookie: cookie.Key, CookieSet: present}
	}
	if value == "listen" {
		return cfg.announceAndAccept(ctx)
	}
	os.Unsetenv(launch.LinkDirEnv)
	link, err := launch.Inherit(value)
	if err != nil {
		return nil, fmt.Errorf("tenon: serve: %w", err)
	}
	return link, nil
}

// announceAndAccept is the portable way to a link: the plugin listens where only
// its user can connect, and says where on stdout.
func (cfg ServeConfig) announceAndAccept(ctx context.Context) (net.Conn, error) {
	listen := cfg.Listen
	if listen == nil {
		listen = func(context.Context) (LinkListener, error) { return launch.NewListener("") }
	}
	l, err := listen(ctx)
	dir := os.Getenv(launch.LinkDirEnv)
	os.Unsetenv(launch.LinkDirEnv)
	if err != nil {
		return nil, fmt.Errorf("tenon: serve: %w", err)
	}
	if dir != "" {
		defer os.Remove(dir) // where listen made nothing of it
	}
	defer l.Close()
	if _, err := os.Stdout.Write(l.Announce()); err != nil {
		return nil, fmt.Errorf("tenon: serve: announce the link on stdout: %w", err)
	}
	if !debugging() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, helloTimeout)
		defer cancel()
	}
	ctx, done := cfg.untilOrphaned(ctx, os.Stdout)
	defer done()
	link, err := l.Accept(ctx)
	if err != nil {
		if cause := context.Cause(ctx); errors.Is(cause, errGoneEarly) {
			err = cause
		}
		return nil, fmt.Errorf("tenon: serve: no host connected: %w", err)
	}
	return link, nil
}

// greetHost does the plugin's part of the handshake and starts the engine.
func (cfg ServeConfig) greetHost(ctx context.Context, link net.Conn) (*served, error) {
	d, err := newDrivers(cfg.Transports, cfg.Codecs)
	if err != nil {
		return nil, fmt.Errorf("tenon: serve: %w", err)
	}
	cfg.Limits = cfg.limits()
	versions := cfg.versions()
	have := hello.Have{
		Versions:   slices.Collect(maps.Keys(versions)),
		Transports: d.over(link),
		Codecs:     names(d.codecs),
		Limits:     cfg.Limits,
		Features:   rpc.Features(),
		Name:       cfg.Name, Release: cfg.release(),
		Instance: instance(),
	}
	s := &served{}
	var answer hello.Answer
	err = exchange(ctx, link, debugging(), func() error {
		if err := hello.Read(link, &s.offer); err != nil {
			return err
		}
		answer = hello.Choose(s.offer, have)
		if s.keeping = cfg.startKeeping(s.offer.Keep); s.keeping != nil {
			answer.Kept = s.keeping.kept.Address()
		}
		return writeHello(link, &answer)
	})
	if err == nil {
		err = hello.Verify(s.offer, answer)
	}
	if cfg.caught != nil { // while the host reads the answer
		<-cfg.caught
	}
	if err != nil {
		if s.keeping != nil {
			s.keeping.end()
		}
		return nil, goneEarly(err)
	}
	if s.offer.Probe { // another process may be at work
		cfg.Background, cfg.hook = nil, newHook(nil)
	}
	s.cfg, s.hook = cfg, cfg.hook
	s.peer, err = startPeer(link, d, peerConfig{
		side: transport.Plugin, answer: answer, remote: s.offer.Limits, debug: s.offer.Debug || debugging(),
		engine: rpc.Config{
			Services: versions[answer.Version], Default: cfg.Default, Limits: cfg.Limits, Errors: cfg.Errors,
			ServerInterceptors: cfg.Interceptors, OnShutdown: cfg.hook.run, Logger: cfg.Logger,
		},
	})
	if err != nil && s.keeping != nil {
		s.keeping.end()
	}
	return s, err
}

// instance returns a name for this process that no other one has, the same for each
// of its hosts. It is no secret, and crypto/rand would make every plugin slower to start.
var instance = sync.OnceValue(func() string {
	return strconv.FormatUint(rand.Uint64(), 36) + strconv.FormatUint(rand.Uint64(), 36)
})
