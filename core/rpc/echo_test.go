package rpc

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"
)

// store is the service that the tests call.
type store struct {
	config  storeConfig
	entered chan struct{} // gets a value when Block or Hang has begun
	closed  chan struct{}
}

type storeConfig struct{ Prefix string }

type getArgs struct{ Key string }

var (
	echoMethod  = Method[[]byte, []byte]{Name: "Echo"}
	getMethod   = Method[getArgs, string]{Name: "Get"}
	pingMethod  = Method[struct{}, string]{Name: "Ping"}
	blockMethod = Method[struct{}, struct{}]{Name: "Block"} // until its context ends
	sleepMethod = Method[time.Duration, struct{}]{Name: "Sleep"}
	failMethod  = Method[string, struct{}]{Name: "Fail"}
	panicMethod = Method[string, struct{}]{Name: "Panic"}
	metaMethod  = Method[struct{}, Metadata]{Name: "Meta"}
	leftMethod  = Method[struct{}, time.Duration]{Name: "Left"}
)

var errLocked = errors.New("locked")

func newStoreService(opened func(*store)) *Service {
	return NewService(
		func(_ context.Context, cfg storeConfig) (*store, error) {
			if cfg.Prefix == "refuse" {
				return nil, Errorf(PermissionDenied, "not with this prefix")
			}
			s := &store{config: cfg, entered: make(chan struct{}, 1<<17), closed: make(chan struct{})}
			if opened != nil {
				opened(s)
			}
			return s, nil
		},
		Handle(echoMethod, func(_ *store, _ context.Context, b []byte) ([]byte, error) { return b, nil }),
		Handle(getMethod, (*store).Get).Doc("Get returns what was asked for."),
		Handle(pingMethod, func(*store, context.Context, struct{}) (string, error) { return "pong", nil }),
		Handle(blockMethod, (*store).Block),
		Handle(sleepMethod, (*store).Sleep),
		Handle(failMethod, (*store).Fail),
		Handle(panicMethod, func(_ *store, _ context.Context, text string) (struct{}, error) { panic(text) }),
		Handle(metaMethod, func(_ *store, ctx context.Context, _ struct{}) (Metadata, error) { return MetadataFrom(ctx), nil }),
		Handle(leftMethod, func(_ *store, ctx context.Context, _ struct{}) (time.Duration, error) {
			t, _ := ctx.Deadline()
			return time.Until(t), nil
		}),
	)
}

func (s *store) Close() error {
	close(s.closed)
	return nil
}

func (s *store) Get(_ context.Context, args getArgs) (string, error) {
	return s.config.Prefix + args.Key, nil
}

func (s *store) Block(ctx context.Context, _ struct{}) (struct{}, error) {
	s.entered <- struct{}{}
	<-ctx.Done()
	return struct{}{}, ctx.Err()
}

func (s *store) Sleep(ctx context.Context, d time.Duration) (struct{}, error) {
	s.entered <- struct{}{}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return struct{}{}, ctx.Err()
}

func (s *store) Fail(_ context.Context, how string) (struct{}, error) {
	switch how {
	case "coded":
		return struct{}{}, Errorf(NotFound, "no key %q", "k").WithDetail("key", "k")
	case "notexist":
		return struct{}{}, fmt.Errorf("open: %w", fs.ErrNotExist)
	case "locked":
		return struct{}{}, Errorf(FailedPrecondition, "now: %w", errLocked)
	}
	return struct{}{}, errors.New(how)
}

func services(opened func(*store)) map[string]*Service {
	return map[string]*Service{"store": newStoreService(opened)}
}
