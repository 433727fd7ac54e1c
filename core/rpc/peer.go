package rpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime/debug"
	"sync"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/transport"
)

// Config is what a [Peer] needs to know, most of it agreed in the handshake.
type Config struct {
	Side     transport.Side
	Services map[string]*Service // what this side serves, by name
	Default  string              // the service meant where none is named; see DefaultService
	Codecs   []codec.Codec       // those that both sides have, in the host's order of preference
	Limits   Limits              // this side's. Default: DefaultLimits
	Remote   Limits              // what the peer announced. Default: DefaultLimits
	Errors   Errors              // errors that keep their identity across the link
	Features []string            // additions to the protocol that both sides have; see [Features]

	Interceptors       []Interceptor // around the calls that this side makes
	ServerInterceptors []Interceptor // around the calls that this side serves

	// Explain is told once why the session ended, and how many calls of this side
	// had no answer then, by "service.method". It says why in better words: that a
	// process crashed, and how. All calls wait for its answer, so it must be quick.
	// linkErr matches io.ErrUnexpectedEOF where the link just ended, and not io.EOF:
	// nothing that it cuts off has ended cleanly. Nil: the link's own error stands.
	Explain func(linkErr error, inFlight map[string]int) error

	// OnShutdown runs when the peer asks for a shutdown, after the calls in flight
	// have ended, until ctx ends at the latest.
	OnShutdown func(ctx context.Context)

	Logger *slog.Logger // Default: silent
}

// A Peer is this side of a session: it calls what the other side serves, and
// serves what the other side calls. All methods may be called concurrently.
type Peer struct {
	cfg     Config
	remote  Limits
	session transport.Session
	log     *slog.Logger

	ctx     context.Context // the parent of every call served; ends with the session
	cancel  context.CancelFunc
	budget  budget
	objects objects
	workers workers
	active  active

	errors map[*Service]Errors // of the services that this side serves

	renewables active // the calls of renewable objects, to this peer
	flows      *flows
	failed     chan struct{}  // closed with the first failure
	done       chan struct{}  // closed when the session has ended and err stands
	joined     sync.WaitGroup // the goroutines of the peer, but for handlers

	mu         sync.Mutex
	linkErr    error // the first failure
	err        error // the explained one
	opening    chan struct{}
	calls      *calls
	serving    *serving
	control    *control
	unreleased []byte // ids to release, until there is a control lane
	leave      *Error // why no more calls are taken
	shutdown   bool   // the peer asked for a shutdown
}

// ErrClosed is why a session ended that this side closed.
var ErrClosed = errors.New("closed by this side")

// NewPeer starts the engine over a session, which it owns from now on. The host
// opens the lanes, the plugin accepts them.
func NewPeer(session transport.Session, cfg Config) (*Peer, error) {
	cfg.Limits, cfg.Remote = cfg.Limits.WithDefaults(), cfg.Remote.WithDefaults()
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	p := &Peer{
		cfg: cfg, remote: cfg.Remote, session: session, log: cfg.Logger,
		failed: make(chan struct{}), done: make(chan struct{}),
	}
	p.budget.limit, p.budget.strain = int64(cfg.Limits.Receive), make(chan struct{}, 1)
	p.errors = make(map[*Service]Errors, len(cfg.Services))
	for _, s := range cfg.Services {
		if s == nil {
			continue
		}
		p.errors[s] = bothErrors(cfg.Errors, s.def.Errors)
	}
	p.flows = newFlows(p)
	p.active, p.renewables = newActive(), newActive()
	p.ctx, p.cancel = context.WithCancel(context.WithValue(context.Background(), peerKey{}, p))
	root := newRoot(p)
	closing := func(f func()) {
		p.later(func() { p.guarded("the Close of an object", f, func(*Error) {}) })
	}
	p.objects = objects{byID: map[uint64]*exported{rootObject: root}, root: root, limit: cfg.Limits.Objects, later: closing}
	if cfg.Side == transport.Host {
		if err := p.openControl(); err != nil {
			p.cancel()
			err = p.because(err)
			session.Close()
			return nil, fmt.Errorf("rpc: open the control lane: %w", err)
		}
	}
	p.joined.Add(2)
	go p.accept()
	go func() {
		defer p.joined.Done()
		p.budget.watch(p.ctx.Done())
	}()
	go p.supervise()
	return p, nil
}

// Done is closed when the session has ended, for whatever reason, and Err stands.
func (p *Peer) Done() <-chan struct{} { return p.done }

// Err says why the session ended; nil before Done is closed. It matches
// [ErrClosed] after Close on this side, and io.EOF when the link just ended and Explain
// had nothing to say. The errors of calls and streams do not match io.EOF then.
func (p *Peer) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// Close ends the session at once: every call fails, on both sides. It does not
// wait for handlers of this side that go on regardless; Join does.
func (p *Peer) Close() error {
	p.fail(ErrClosed)
	<-p.done
	return nil
}

// Join waits, after the end of the session, for the handlers that still run.
func (p *Peer) Join(ctx context.Context) error {
	ended := make(chan struct{})
	go func() { // ends with the handlers; nothing can end those
		<-p.done
		p.workers.wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("rpc: handlers still run: %w", ctx.Err())
	}
}

// fail ends the session because of err. It does not wait. Only the first call
// has an effect.
func (p *Peer) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.linkErr == nil {
		p.linkErr = err
		close(p.failed)
	}
}

// supervise ends everything when the session has ended. It is the only one that
// does.
func (p *Peer) supervise() {
	select {
	case <-p.failed:
	case <-p.session.Done():
		p.fail(p.session.Err())
	}
	p.mu.Lock()
	linkErr := p.linkErr
	p.mu.Unlock()
	p.cancel()
	linkErr = p.because(linkErr)
	err := p.explain(linkErr)
	gone := &Error{Code: Unavailable, Message: fmt.Sprintf("the %v is gone: %v", p.cfg.Side.Peer(), err), causes: []error{cutOffBy(err)}}

	p.mu.Lock()
	p.err, p.leave = err, gone
	calls, serving, control := p.calls, p.serving, p.control
	p.mu.Unlock()
	if calls != nil {
		calls.end(gone)
	}
	p.session.Close()
	p.flows.close(gone)
	p.joined.Wait()
	if calls != nil {
		calls.w.close(gone)
		calls.impatient.close()
	}
	if serving != nil {
		serving.w.close(gone)
		serving.watchdog.close()
	}
	if control != nil {
		control.w.close(gone)
	}
	p.objects.close()
	p.workers.close()
	close(p.done)
}

func (p *Peer) explain(linkErr error) error {
	var violation *ProtocolError
	switch {
	case errors.Is(linkErr, ErrClosed):
		return linkErr
	case errors.As(linkErr, &violation):
		p.log.Error("the peer broke the protocol", "violation", violation.Violation)
	}
	if p.cfg.Explain != nil {
		if better := p.cfg.Explain(cutOffBy(linkErr), p.inFlight()); better != nil {
			return better
		}
	}
	if errors.Is(linkErr, net.ErrClosed) && !errors.Is(linkErr, io.EOF) {
		return fmt.Errorf("the link was closed: %w", linkErr)
	}
	return fmt.Errorf("the link ended: %w", linkErr)
}

// inFlight counts the calls of this side that wait for their reply.
func (p *Peer) inFlight() map[string]int {
	p.mu.Lock()
	c := p.calls
	p.mu.Unlock()
	if c == nil {
		return nil
	}
	return c.waiting()
}

// leaving is what a call gets that comes too late.
func (p *Peer) leaving() *Error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.leave != nil {
		return p.leave
	}
	return Errorf(Unavailable, "the %v is shutting down", p.cfg.Side)
}

// release gives back what a message holds.
func (p *Peer) release(msg *message) {
	msg.m.free()
	p.budget.give(msg.reserved)
	msg.m, msg.body, msg.reserved = nil, nil, 0
}

// later runs f on a worker, or at once when there are none any more.
func (p *Peer) later(f func()) {
	if !p.workers.do(taskFunc(func() {
		defer p.logPanic()
		f()
	})) {
		defer p.logPanic()
		f()
	}
}

// logPanic is for what nobody guards, and nobody waits for.
func (p *Peer) logPanic() {
	if v := recover(); v != nil {
		p.log.Error("a panic on a goroutine of the engine", "panic", v, "stack", string(debug.Stack()))
	}
}

type taskFunc func()

func (f taskFunc) run() { f() }

// Stats is what a session holds at a moment.
type Stats struct {
	Calls    int   // calls of this side in flight
	Serving  int   // calls of the peer that run here
	Objects  int   // objects of this side that the peer holds
	Flows    int   // streams beside the lanes
	Received int64 // bytes of messages that are not yet decoded
}

// Stats returns what the session holds now.
func (p *Peer) Stats() Stats {
	p.mu.Lock()
	calls, serving := p.calls, p.serving
	p.mu.Unlock()
	s := Stats{Objects: p.objects.count(), Received: p.budget.used.Load(), Flows: p.flows.count()}
	if calls != nil {
		s.Calls = calls.inFlight()
	}
	if serving != nil {
		s.Serving = serving.active()
	}
	return s
}
