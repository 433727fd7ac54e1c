package attach

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/tenon-dev/tenon/core/launch"
)

// To returns a launcher that attaches to the plugin that runs under name in one of
// the directories, tried in their order. Default: [Dir]. Where none runs, the error
// matches [launch.ErrNotRunning]. The plugin is not the host's: stopping the client
// ends the connection, and the plugin goes on.
func To(name string, dirs ...string) launch.Launcher {
	return &to{name: name, dirs: dirs}
}

type to struct {
	name string
	dirs []string
}

// Name returns the name of the plugin.
func (t *to) Name() string { return t.name }

func (t *to) Launch(ctx context.Context, req launch.Request) (launch.Process, error) {
	if err := checkName(t.name); err != nil {
		return nil, err
	}
	dirs := t.dirs
	if len(dirs) == 0 {
		dirs = []string{Dir()}
	}
	for _, dir := range dirs {
		err := checkDir(dir)
		if err == nil {
			var p launch.Process
			if p, err = At(filepath.Join(dir, t.name+socketSuffix)).Launch(ctx, req); err == nil {
				return p, nil
			}
		}
		if !errors.Is(err, launch.ErrNotRunning) && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return nil, fmt.Errorf("attach: %w: %s, looked for in %v", launch.ErrNotRunning, t.name, dirs)
}

// At returns a launcher that attaches to the plugin that listens on the unix socket
// at path, which must belong to the same user, with its secret beside it; see [To]. When
// somebody else listens there the error matches [launch.ErrNotProven].
func At(path string) launch.Launcher { return at(path) }

type at string

// Name returns the name of the plugin that has the socket.
func (a at) Name() string {
	return strings.TrimSuffix(filepath.Base(string(a)), socketSuffix)
}

// Replace returns a launcher that ends the plugin which runs under name in dir, if
// there is one, and then launches with another one. dir "" stands for [Dir].
func Replace(dir, name string, with launch.Launcher) launch.Launcher {
	return launch.Func(func(ctx context.Context, req launch.Request) (launch.Process, error) {
		if dir == "" {
			dir = Dir()
		}
		err := checkName(name)
		if err == nil {
			err = checkDir(dir)
		}
		if err == nil {
			err = end(ctx, dir, name)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		return with.Launch(ctx, req)
	})
}
