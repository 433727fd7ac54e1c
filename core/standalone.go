package tenon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/tenon-dev/tenon/core/attach"
)

const (
	// hostsAtOnce is how many hosts a plugin that runs by itself serves at a time;
	// others wait until one leaves.
	hostsAtOnce = 64

	// hookGrace bounds OnShutdown of a plugin that runs by itself.
	hookGrace = 5 * time.Second
)

// standaloneName is the name under which hosts find a plugin that runs by itself.
func (cfg ServeConfig) standaloneName() string {
	if cfg.Name != "" {
		return cfg.Name
	}
	return strings.TrimSuffix(program(), ".exe")
}

// serveAlone serves a plugin that no host started: it waits under its name for
// hosts, which come and go, until ctx ends. It returns ctx's error then.
func serveAlone(ctx context.Context, cfg ServeConfig, ready func(path string)) error {
	dir := cfg.RuntimeDir
	if dir == "" {
		dir = attach.Dir()
	}
	socket, err := attach.Listen(ctx, dir, cfg.standaloneName(), cfg.Replace)
	if err != nil {
		return fmt.Errorf("tenon: serve: %w", err)
	}
	defer socket.Close()
	if ready != nil {
		ready(socket.Path())
	}
	err = serveHosts(ctx, socket, cfg)
	socket.Close()
	return withHook(err, newHook(cfg.OnShutdown).alone(ctx, hookGrace))
}

// serveHosts serves each host that comes, and returns when the last has gone.
func serveHosts(ctx context.Context, socket *attach.Socket, cfg ServeConfig) error {
	session := cfg
	session.OnShutdown = nil // a host that stops it only leaves
	var hosts sync.WaitGroup
	defer hosts.Wait()
	slots := make(chan struct{}, hostsAtOnce)
	for {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		link, err := socket.Accept(ctx)
		if err != nil {
			return err
		}
		hosts.Go(func() {
			defer func() { <-slots }()
			if err := ServeConn(ctx, link, session); err != nil && ctx.Err() == nil && err != ErrHostGone && cfg.Logger != nil {
				what := "a host that attached was not served"
				if errors.Is(err, ErrHostGone) && !errors.Is(err, errGoneEarly) { // and not by its own choice
					what = "the session with a host ended"
				}
				cfg.Logger.Warn(what, "error", err)
			}
		})
	}
}

// program is what a person calls this program.
func program() string { return filepath.Base(os.Args[0]) }
