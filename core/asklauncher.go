package tenon

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tenon-dev/tenon/core/launch"
)

// launcherGrace is how long a launcher may take to notice that the context of a start has
// ended, and to clear away what it has begun.
const launcherGrace = 2 * time.Second

// errLateLauncher says that a launcher went on after that.
var errLateLauncher = errors.New("it goes on although its context has ended")

// askLauncher lets l start a plugin. It does not wait for one that goes on when ctx has ended
// and the grace is over: a start is bounded, and so is a Stop that waits for it. What such
// a launcher starts after all is ended.
func askLauncher(ctx context.Context, l launch.Launcher, req launch.Request) (launch.Process, error) {
	type answer struct {
		process launch.Process
		err     error
	}
	answered := make(chan answer, 1)
	go func() { // ends with Launch
		a := answer{err: fmt.Errorf("the launcher, a %T, ended its goroutine", l)} // runtime.Goexit
		defer func() { answered <- a }()
		a.process, a.err = l.Launch(ctx, req)
		if a.process == nil && a.err == nil {
			a.err = fmt.Errorf("the launcher, a %T, returned neither a process nor an error", l)
		}
	}()
	select {
	case a := <-answered:
		return a.process, a.err
	case <-ctx.Done():
	}
	var over <-chan time.Time // never, while somebody may look at it in a debugger
	if !debugging() {
		timer := time.NewTimer(launcherGrace)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case a := <-answered:
		return a.process, a.err
	case <-over:
	}
	go func() { // ends with the launcher, and with what it started
		if a := <-answered; a.err == nil {
			(&run{process: a.process}).unwanted()
		}
	}()
	return nil, fmt.Errorf("the launcher, a %T: %w: %w", l, errLateLauncher, contextError(ctx))
}

// unwanted ends a process that nobody waits for any more.
func (r *run) unwanted() {
	if link := r.process.Link(); link != nil {
		link.Close()
	}
	r.end()
	r.cleared()
}
