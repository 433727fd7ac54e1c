package tenon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tenon-dev/tenon/core/internal/hello"
	"github.com/tenon-dev/tenon/core/internal/visible"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/core/transport"
)

// A run is one process of a plugin, from its launch to its end.
type run struct {
	process launch.Process
	called  string // by its launcher, "" for nothing
	log     *slog.Logger
	output  *output
	info    Info

	peer    *rpc.Peer // one of the two
	foreign Foreign
	link    net.Conn // under peer, which owns it

	held atomic.Bool // the process has ended, and somebody else held its end of the link

	silence  atomic.Bool // it was killed for giving no sign of life
	replaced atomic.Bool // another process took its place
	explain  sync.Once
	crash    *CrashError
	over     chan struct{} // closed when the client has taken note of its end

	attach  *AttachInfo // how another host finds it
	notKept string      // why none can
}

// launching says what to start.
type launching struct {
	launcher   launch.Launcher
	generation uint64
	probe      bool // only to ask it what it serves
}

// known returns the run's Info; that of a test's run that is nil is empty.
func (r *run) known() Info {
	if r == nil {
		return Info{}
	}
	return r.info
}

// ping asks it for a sign of life.
func (r *run) ping(ctx context.Context) (time.Duration, error) {
	if r.peer != nil {
		return r.peer.Ping(ctx)
	}
	began := time.Now()
	err := r.foreign.Ping(ctx)
	return time.Since(began), err
}

// foreignTo says what a plugin of another dialect does not have.
func (r *run) foreignTo(what string) error {
	return Errorf(Unimplemented, "the plugin %s speaks %s, which knows no %s", r.info.Path, r.info.Dialect, what)
}

// ending reports whether calls on it fail, or soon will.
func (r *run) ending() bool {
	if r.peer != nil {
		return r.peer.Ending()
	}
	select {
	case <-r.foreign.Done():
		return true
	default:
		return false
	}
}

// awaitOver waits until the client has taken note of the end of r.
func (r *run) awaitOver(ctx context.Context) error {
	select {
	case <-r.over:
		return nil
	case <-ctx.Done():
		return waitError(ctx, "learn how the plugin ended", nil)
	}
}

// Info says what was started and what was agreed. It is all zero before the
// plugin is ready.
type Info struct {
	Path       string   // the file that runs, or what else the launcher calls it
	PID        int      // 0 where there is no process of its own
	Name       string   // what the plugin calls itself
	Release    string   // the plugin's release
	Version    int      // the protocol version agreed
	Link       string   // "socketpair", "unix", "tcp", …
	Transport  string   // the transport agreed, with its version
	Codecs     []string // those that both sides have, in the host's order
	Dialect    string   // the other handshake that the plugin speaks, "" for Tenon's own
	Generation uint64   // counts the starts of this client, from 1
	Started    time.Time
	ReadyAfter time.Duration // from the launch to the end of the handshake
	Steps      StartSteps    // what that time was spent on
}

// Info returns what is known of the plugin that is ready, or was.
func (c *Client) Info() Info {
	c.life.mu.Lock()
	defer c.life.mu.Unlock()
	return c.life.info
}

// launch starts the plugin, meets it, and agrees with it. After an error nothing
// is left.
func (c *Client) launch(ctx context.Context, how launching) (*run, error) {
	r := &run{output: newOutput(c.cfg), log: c.cfg.Logger, over: make(chan struct{})}
	r.info = Info{Generation: how.generation, Started: time.Now()}
	req := launch.Request{
		Env:    append([]string{c.cfg.Cookie.env()}, r.output.offers...),
		Link:   true,
		Stdout: r.output.announcements, Stderr: r.output.stderr,
		Logger: c.cfg.Logger, Debug: debugging(),
		Outlive: c.cfg.Outlive.Secret != nil && !how.probe,
	}
	r.called = launch.NameOf(how.launcher)
	process, err := askLauncher(ctx, how.launcher, req)
	if err != nil {
		return nil, r.startError(ctx, err)
	}
	r.process = process
	r.info.Steps.Launched = time.Since(r.info.Started)
	r.info.Path, r.info.PID = process.Info().Path, process.Info().PID
	r.output.named(filepath.Base(r.info.Path))
	if debugging() && r.info.PID != 0 {
		fmt.Fprintf(os.Stderr, "%s: no timer runs; to look into the plugin %s: dlv attach %d\n", debugEnv, r.info.Path, r.info.PID)
	}
	err = c.meet(ctx, r, how.probe)
	if err == nil && !how.probe {
		err = c.judge(ctx, r)
	}
	if err != nil {
		err = r.startError(ctx, err)
		r.abandon()
		return nil, err
	}
	r.output.announcements.stop()
	r.info.ReadyAfter = time.Since(r.info.Started)
	return r, nil
}

// meet connects to a process that was launched: over the link that it inherited,
// or where it announces to listen, or in another dialect, whichever comes first.
// It gives up when the process ends.
func (c *Client) meet(ctx context.Context, r *run, probe bool) error {
	greeting, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	greeted := make(chan error, 1)
	link := r.process.Link()
	if link != nil {
		r.info.Link = linkName(link, true)
		go func() { greeted <- c.greet(greeting, link, r, probe) }()
	}
	select {
	case err := <-greeted:
		if err == nil || !r.exitsSoon() {
			return err
		}
		return r.exitedEarly(err)
	case line := <-r.output.announcements.found:
		if link != nil { // another dialect: the link is of no use
			cancel(errOtherDialect)
			link.Close()
			<-greeted
		}
		return c.answer(ctx, line, r, probe)
	case <-r.process.Done():
		// What it said before it ended is in the link still, and may say why. A
		// child that holds the other end open does not delay that for long.
		last := time.AfterFunc(lastWords, func() { cancel(nil) })
		defer last.Stop()
	case <-ctx.Done():
		cancel(nil)
	}
	var said error
	if link != nil {
		if said = <-greeted; said == nil { // it was ready and ended in the same moment
			r.peer.Close()
			said = r.linkError()
		}
	}
	if r.process.Exit().Exited {
		return r.exitedEarly(said)
	}
	return contextError(ctx)
}

// linkError says how the link of a session that has ended did.
func (r *run) linkError() error {
	err := r.peer.Err()
	if crash := (*CrashError)(nil); errors.As(err, &crash) {
		return crash.Link
	}
	return err
}

// lastWords bounds how long the link of a process that has ended is read on.
const lastWords = 100 * time.Millisecond

var errOtherDialect = errors.New("the plugin speaks another dialect")

// greet does the host's part of the handshake and starts the engine. It owns
// link.
func (c *Client) greet(ctx context.Context, link net.Conn, r *run, probe bool) error {
	keep := c.keep(r, probe)
	offer := hello.Offer{
		Tenon: hello.Version, Versions: c.cfg.Versions,
		Transports: c.drivers.over(link), Codecs: names(c.drivers.codecs),
		Limits: c.cfg.Limits.WithDefaults(), Features: rpc.Features(),
		Debug: debugging(), Generation: r.info.Generation, Probe: probe, Keep: keep,
	}
	var answer hello.Answer
	err := exchange(ctx, link, debugging(), func() error {
		if err := writeHello(link, &offer); err != nil {
			return err
		}
		return hello.Read(link, &answer)
	})
	r.info.Steps.Answered = time.Since(r.info.Started)
	if err == nil {
		err = hello.Verify(offer, answer)
	}
	if err != nil {
		link.Close()
		return handshakeError(transport.Host, err)
	}
	r.info.Name, r.info.Release = visible.Line(answer.Name), visible.Line(answer.Release)
	r.info.Version, r.info.Transport, r.info.Codecs = answer.Version, answer.Transport, answer.Codecs
	r.kept(keep, answer)
	r.link = link
	r.peer, err = startPeer(link, c.drivers, peerConfig{
		side: transport.Host, answer: answer, remote: answer.Limits, debug: debugging(),
		engine: rpc.Config{
			Services: c.cfg.Services, Limits: c.cfg.Limits, Errors: c.cfg.Errors, Logger: c.cfg.Logger,
			Interceptors: c.cfg.Interceptors, ServerInterceptors: c.cfg.ServerInterceptors,
			Explain: r.explainEnd,
		},
	})
	r.info.Steps.Agreed = time.Since(r.info.Started)
	return err
}

// linkName names the kind of a link to an operator. What is inherited and has no
// address is one end of a pair.
func linkName(link net.Conn, inherited bool) string {
	network, address := "connection", ""
	if a := link.RemoteAddr(); a != nil {
		network, address = a.Network(), a.String()
	}
	if inherited && network == "unix" && (address == "" || address == "@") {
		return "socketpair"
	}
	return network
}

// wait waits for the end of the plugin, process included, and returns why it
// came.
func (r *run) wait() error {
	var err error
	if r.foreign != nil {
		r.awaitEnd(r.foreign.Done(), r.foreign.Close)
		err = r.explainEnd(r.foreign.Err(), nil)
		r.foreign.Close()
	} else {
		r.awaitEnd(r.peer.Done(), r.link.Close)
		err = r.peer.Err()
	}
	if !errors.Is(err, rpc.ErrClosed) {
		r.end()
	}
	<-r.process.Done() // who closed the connection sees to that
	r.output.end()
	r.cleared()
	return err
}

// awaitEnd waits for the end of the connection. The process can end before it, where one
// that it forked holds the other end open: then what is on the way has a moment to arrive,
// and cut ends the connection, since nobody is there who would answer.
func (r *run) awaitEnd(connection <-chan struct{}, cut func() error) {
	select {
	case <-connection:
		return
	case <-r.process.Done():
	}
	timer := time.NewTimer(lastWords)
	defer timer.Stop()
	select {
	case <-connection:
	case <-timer.C:
		r.held.Store(true)
		cut()
		<-connection
	}
}

// abandon ends a process with which the handshake failed.
func (r *run) abandon() {
	if r.peer != nil {
		r.peer.Close()
	}
	if r.foreign != nil {
		r.foreign.Close()
	}
	r.end()
	r.output.end()
	r.cleared()
}
