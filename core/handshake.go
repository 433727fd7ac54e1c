package tenon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"

	"github.com/tenon-dev/tenon/core/internal/hello"
	"github.com/tenon-dev/tenon/core/internal/visible"
	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/core/transport"
)

// A HandshakeError says that host and plugin do not fit each other, or that what
// is at the other end does not speak the protocol.
type HandshakeError struct {
	// Reason is for programs: "no_common_version", "no_common_transport",
	// "no_common_codec", "unknown_hello", or "malformed".
	Reason string

	// Host and Plugin are what each side has of what they do not have in common.
	Host, Plugin []string

	err  error
	side transport.Side // who says it, or noticed it
}

// Error says what happened and what to do.
func (e *HandshakeError) Error() string {
	who := fmt.Sprintf(" with the %v", e.side.Peer())
	if errors.As(e.err, new(*hello.Refusal)) {
		who = fmt.Sprintf(": the %v says", e.side)
	}
	return visible.Text(fmt.Sprintf("tenon: handshake%s: %v%s", who, e.err, handshakeHints[e.Reason]))
}

var handshakeHints = map[string]string{
	hello.NoVersion:   ": use releases of host and plugin that speak the same protocol version",
	hello.NoTransport: ": list the same transport on both sides (one may not support this link)",
	hello.NoCodec:     ": list the same codec on both sides",
	hello.NoHello:     ": update the older side",
	"malformed":       ": is the other end a plugin or host made with Tenon?",
}

// Unwrap returns the cause.
func (e *HandshakeError) Unwrap() error { return e.err }

// handshakeError makes what went wrong on side into a [*HandshakeError], but for
// errors of the link and of contexts.
func handshakeError(side transport.Side, err error) error {
	e := &HandshakeError{Reason: "malformed", err: err, side: side}
	var refusal *hello.Refusal
	var malformed *hello.MalformedError
	switch {
	case errors.As(err, &refusal):
		e.Reason, e.Host, e.Plugin = refusal.Reason, refusal.Host, refusal.Plugin
		e.side = transport.Plugin // which chooses, and so refuses
	case errors.As(err, &malformed):
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE): // with the hello unread it is no EOF
		return fmt.Errorf("tenon: handshake: the %v %w: %w", side.Peer(), errNoWord, err)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("tenon: handshake: the %v did not speak: %w", side.Peer(), err)
	case errors.As(err, new(net.Error)), errors.Is(err, net.ErrClosed), errors.Is(err, io.ErrClosedPipe):
		return fmt.Errorf("tenon: handshake: %w", err)
	}
	return e
}

var errNoWord = errors.New("closed the link without a word")

// exchange runs talk, which reads and writes link, within ctx and a time of its
// own unless timers are off. When that ends it closes link: not every link has deadlines
// that do anything. After an error link is of no use.
func exchange(ctx context.Context, link net.Conn, debug bool, talk func() error) error {
	if !debug {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, helloTimeout)
		defer cancel()
	}
	stop := context.AfterFunc(ctx, func() { link.Close() })
	err := talk()
	if !stop() {
		return ctx.Err()
	}
	return err
}

func writeHello(link net.Conn, message hello.Message) error {
	b, err := hello.Append(nil, message)
	if err != nil {
		return err
	}
	_, err = link.Write(b)
	return err
}

// peerConfig is what a handshake agreed.
type peerConfig struct {
	side   transport.Side
	answer hello.Answer
	remote Limits // the other side's
	debug  bool
	engine rpc.Config
}

// startPeer starts the chosen transport over link, and the engine over that.
func startPeer(link net.Conn, d drivers, cfg peerConfig) (*rpc.Peer, error) {
	engine := cfg.engine
	engine.Side, engine.Remote, engine.Codecs = cfg.side, cfg.remote, d.named(cfg.answer.Codecs)
	engine.Features = cfg.answer.Features
	// What the other side announces must not raise what it can open here. It is also all that
	// this side opens, so that both have room for the streams of either.
	streams := engine.Limits.WithDefaults().Streams
	engine.Remote = engine.Remote.WithDefaults()
	engine.Remote.Streams = min(engine.Remote.Streams, streams)
	session, err := d.transport(cfg.answer.Transport).Session(link, transport.Config{
		Side: cfg.side, MaxStreams: streams + lanes, Logger: engine.Logger, Debug: cfg.debug,
	})
	if err != nil {
		return nil, fmt.Errorf("tenon: start the transport %s: %w", cfg.answer.Transport, err)
	}
	peer, err := rpc.NewPeer(session, engine)
	if err != nil {
		return nil, fmt.Errorf("tenon: %w", err)
	}
	return peer, nil
}

// lanes is how many streams the engine keeps open by itself.
const lanes = 8
