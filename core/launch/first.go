package launch

import (
	"context"
	"errors"
)

// ErrNotRunning is what a launcher returns that only finds plugins which run
// already, where there is none.
var ErrNotRunning = errors.New("no such plugin runs")

// First returns a launcher that tries others in their order, as long as one says
// [ErrNotRunning]: it finds a plugin that runs, or else starts one.
func First(launchers ...Launcher) Launcher { return first(launchers) }

type first []Launcher

func (f first) Launch(ctx context.Context, req Request) (Process, error) {
	err := errors.New("launch: no launcher was given to First")
	for _, l := range f {
		var p Process
		if p, err = l.Launch(ctx, req); err == nil || !errors.Is(err, ErrNotRunning) {
			return p, err
		}
	}
	return nil, err
}

// Name returns the first name that one of them has.
func (f first) Name() string {
	for _, l := range f {
		if name := NameOf(l); name != "" {
			return name
		}
	}
	return ""
}

// NameOf returns what a launcher calls its plugin, by a method Name() string; "" for
// one that has none. [Command] calls it by the file's name.
func NameOf(l Launcher) string {
	if n, ok := l.(interface{ Name() string }); ok {
		return n.Name()
	}
	return ""
}
