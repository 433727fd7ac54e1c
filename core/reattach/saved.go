package reattach

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	attaching "github.com/tenon-dev/tenon/core/attach"
	"github.com/tenon-dev/tenon/core/internal/private"
	"github.com/tenon-dev/tenon/core/launch"
)

// savedSuffix ends the names of files that [Save] writes.
const savedSuffix = ".kept"

// longestSaved is how much of such a file is read.
const longestSaved = 64 << 10

// Save writes down under a name how a plugin is found that outlives this host: in dir,
// which is made if it is not there, and which only this user may enter. dir "" stands
// for [attach.Dir]; there operators see it too, by the command tenon ls. What was saved
// under the name before is replaced.
func Save(dir, name string, info tenon.AttachInfo) error {
	if err := attaching.CheckName(name); err != nil {
		return err
	}
	dir, err := attaching.PrivateDir(dir, true)
	if err != nil {
		return err
	}
	b, err := json.Marshal(info)
	if err != nil {
		return fmt.Errorf("reattach: save %s: %w", name, err)
	}
	f, err := os.CreateTemp(dir, "saving-*") // of mode 0600
	if err != nil {
		return fmt.Errorf("reattach: save %s: %w", name, err)
	}
	_, err = f.Write(b)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, name+savedSuffix))
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("reattach: save %s: %w", name, err)
	}
	return nil
}

// A Saved is what a host has saved of a plugin.
type Saved struct {
	Name string
	Path string // of the file
	Info tenon.AttachInfo
}

// Load returns what was saved under a name in dir, "" for [attach.Dir]. The error
// matches [fs.ErrNotExist] where there is nothing.
func Load(dir, name string) (Saved, error) {
	if err := attaching.CheckName(name); err != nil {
		return Saved{}, err
	}
	dir, err := attaching.PrivateDir(dir, false)
	if err != nil {
		return Saved{}, err
	}
	s := Saved{Name: name, Path: filepath.Join(dir, name+savedSuffix)}
	b, err := private.ReadShort(s.Path, longestSaved)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Saved{}, fmt.Errorf("reattach: load %s: %w", name, err)
	case err == nil:
		err = json.Unmarshal(b, &s.Info)
	}
	if err != nil {
		return Saved{}, fmt.Errorf("reattach: load %s: %w: it is not what was saved: remove %s", name, err, s.Path)
	}
	return s, nil
}

// List returns what was saved in dir, "" for [attach.Dir], by name. A directory that is
// not there has nothing. A file that cannot be read is an error, beside the others.
func List(dir string) ([]Saved, error) {
	dir, err := attaching.PrivateDir(dir, false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir) // sorted
	if err != nil {
		return nil, fmt.Errorf("reattach: %w", err)
	}
	var all []Saved
	var wrong []error
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), savedSuffix)
		if !ok || attaching.CheckName(name) != nil {
			continue
		}
		s, err := Load(dir, name)
		if err == nil {
			all = append(all, s)
		} else if !errors.Is(err, fs.ErrNotExist) {
			wrong = append(wrong, err)
		}
	}
	return all, errors.Join(wrong...)
}

// Alive reports whether the plugin runs.
func (s Saved) Alive() bool { return s.Info.Process.Alive() }

// Remove removes the file. It is fine if it is not there any more.
func (s Saved) Remove() error {
	if err := os.Remove(s.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("reattach: remove %s: %w", s.Name, err)
	}
	return nil
}

// End ends the plugin, whoever its host is, and removes the file: the plugin and the
// group that it leads are asked to end, which only one that waits for a host heeds, and
// killed after grace. It returns when it has ended, or ctx has.
func (s Saved) End(ctx context.Context, grace time.Duration) error {
	if id := s.Info.Process; id.PID <= 0 || id.Started == "" {
		return s.Remove() // it names none that could be there
	}
	handle, err := s.Info.Process.Find()
	if errors.Is(err, launch.ErrProcessGone) {
		return s.Remove()
	}
	if err != nil {
		return fmt.Errorf("reattach: end %s: %w", s.Name, err)
	}
	defer handle.Release()
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	hard := time.NewTimer(grace)
	defer hard.Stop()
	kill := false
	for first := true; s.Alive(); first = false {
		if first || kill {
			if err := signalGroup(handle, kill); err != nil && s.Alive() {
				return fmt.Errorf("reattach: end %s, process %d: %w", s.Name, s.Info.Process.PID, err)
			}
		}
		select {
		case <-ticker.C:
		case <-hard.C:
			kill = true
		case <-ctx.Done():
			return fmt.Errorf("reattach: wait for the end of %s, process %d: %w", s.Name, s.Info.Process.PID, ctx.Err())
		}
	}
	if s.Info.Dir == filepath.Dir(s.Info.Address) {
		launch.RemoveOutput(s.Info.Dir)
	}
	return s.Remove()
}
