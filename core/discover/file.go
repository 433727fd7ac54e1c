package discover

import (
	"context"
	"errors"

	"github.com/tenon-dev/tenon/core/launch"
)

// ErrNoPlugin matches when a file does not bear the mark that every program has which
// calls tenon.Main.
var ErrNoPlugin = errors.New("it is not a plugin: it does not bear the mark of a program that calls tenon.Main")

// File returns what the file at path says of itself, without starting it as a plugin;
// opts.Dirs and opts.Pattern do not matter. The error is an [*Error]: a
// [*launch.StartError] for a file that this machine cannot run, one that matches
// [ErrNoPlugin] for a program that is something else, and one that matches
// [ErrDescribe] for a plugin that does not answer.
func File(ctx context.Context, path string, opts Options) (Plugin, error) {
	p, found, err := opts.look(ctx, path)
	if err == nil && !found {
		err = ErrNoPlugin
		if why := launch.Diagnose(path); why != "" {
			err = &launch.StartError{Path: path, Found: why, Err: ErrNoPlugin}
		}
	}
	if err != nil {
		return Plugin{}, &Error{Path: path, Err: err}
	}
	return p, nil
}
