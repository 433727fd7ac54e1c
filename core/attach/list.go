package attach

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// An Instance is a plugin that runs by itself, or what one left that died.
type Instance struct {
	Name string
	Path string // of its socket
	PID  int    // 0: it does not run any more
}

// List returns the plugins in dir, by name. dir "" stands for [Dir]. A directory
// that is not there has none. One of which nothing can be said is an error, beside the
// others.
func List(dir string) ([]Instance, error) {
	if dir == "" {
		dir = Dir()
	}
	if err := checkDir(dir); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		return nil, err
	}
	entries, err := os.ReadDir(dir) // sorted
	if err != nil {
		return nil, fmt.Errorf("attach: %w", err)
	}
	var all []Instance
	var wrong []error
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), socketSuffix)
		if !ok || checkName(name) != nil {
			continue
		}
		pid, err := holder(dir, name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			wrong = append(wrong, err)
			continue
		}
		all = append(all, Instance{Name: name, Path: filepath.Join(dir, e.Name()), PID: pid})
	}
	return all, errors.Join(wrong...)
}

// Stop ends the plugin, if it runs: it is asked to, and killed after some seconds.
// What a dead one left is removed. It returns when it has ended, or ctx has.
func (i Instance) Stop(ctx context.Context) error {
	dir := filepath.Dir(i.Path)
	if err := end(ctx, dir, i.Name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	held, err := takeLock(dir, i.Name) // so that nobody takes the name meanwhile
	if err != nil || held == nil {
		return err
	}
	defer held.release()
	if err := os.Remove(i.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("attach: remove what %s left: %w", i.Name, err)
	}
	return removeSecret(i.Path)
}
