package tenon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"sync/atomic"
)

// The exit codes of a plugin that uses [Main].
const (
	exitOK     = 0 // an orderly shutdown
	exitFailed = 1 // the handshake failed, or the host is gone
	exitUsage  = 2 // started by hand, or configured wrongly
)

// Main is the main function of a plugin: it serves until the host stops it or is
// gone, then it exits, and never returns. It owns the process: it keeps SIGINT,
// SIGTERM and SIGPIPE from ending the plugin before its host does, and where the
// plugin leads a process group of its own, it ends what the plugin started when
// the host is gone.
//
// A person who starts the plugin by hand gets the flags --help, --version,
// --describe (what it serves, as JSON) and --serve, which waits for hosts as
// [ServeConfig.Standalone] does, until SIGINT or SIGTERM. A plugin may have
// flags of its own: others are left alone, and none is looked at in a process that
// a host started.
func Main(cfg ServeConfig) {
	if !cfg.launched() {
		os.Exit(byHand(cfg, os.Args[1:], os.Stdout, os.Stderr))
	}
	host := os.Getppid()
	cfg.parent = host
	signals := make(chan os.Signal, 1)
	cfg.caught = catch(signals)
	cfg.cutOff = new(atomic.Bool)
	ctx, cancel := context.WithCancel(context.Background())
	if cfg.Keeper != nil {
		cfg.waiting = new(atomic.Bool)
		go cfg.endWhileWaiting(signals, cancel) // until the process exits
	}
	code := exitCode(Serve(ctx, cfg))
	if orphaned(host, cfg.cutOff.Load()) { // in the middle of a stop
		endGroup()
	}
	os.Exit(code)
}

// catch lets nothing be done by the signals that would end a plugin before its host
// does. They are caught, not ignored, since children inherit that. It takes the runtime
// some changes of thread, which go on beside the hello: what catch returns is closed when
// it is done, and no service is asked for anything sooner.
func catch(signals chan<- os.Signal) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		signal.Notify(signals, swallowed...)
		close(done)
	}()
	return done
}

// endWhileWaiting lets signals end a plugin while it has no host to decide.
func (cfg ServeConfig) endWhileWaiting(signals <-chan os.Signal, end func()) {
	for s := range signals {
		if cfg.waiting.Load() && slices.Contains(ending, s) {
			end()
		}
	}
}

// exitCode reports err to a person and returns the code to exit with.
func exitCode(err error) int {
	var byHand *NotStartedByHostError
	var handshake *HandshakeError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, ErrHostGone):
		// It may be somebody who cannot be a host, or one that is there and breaks the protocol.
		if errors.Is(err, errGoneEarly) || err != ErrHostGone && !linkEnded(err) {
			fmt.Fprintf(os.Stderr, "%s: %v\n", program(), err)
		}
		endGroup()
		return exitFailed
	case errors.As(err, &byHand):
		fmt.Fprintf(os.Stderr, "%s: %v.\n", program(), err)
		return exitUsage
	case errors.As(err, &handshake):
		fmt.Fprintf(os.Stderr, "%s: %v\n", program(), err)
		return exitFailed
	default:
		fmt.Fprintf(os.Stderr, "%s: %v\n", program(), err)
		return exitFailed
	}
}
