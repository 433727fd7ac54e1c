package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/tenon-dev/tenon/core/attach"
	"github.com/tenon-dev/tenon/core/reattach"
	"github.com/tenon-dev/tenon/core/rpc"
)

// The kinds of what "tenon ls" lists.
const (
	kindAlone = "by itself" // started by hand, or as a service: hosts come and go
	kindKept  = "kept"      // it outlives its host, who saved how it is found
)

// A standing is a plugin that runs without this command, or what one left.
type standing struct {
	Name  string `json:"name"`
	Kind  string `json:"kind"`
	State string `json:"state"` // "running" or "gone"
	PID   int    `json:"pid,omitempty"`
	Path  string `json:"path"` // of its socket, or of what was saved

	instance attach.Instance
	saved    reattach.Saved
}

const (
	stateRunning = "running"
	stateGone    = "gone"
)

// standings returns all plugins in the directory where they are found, by kind and
// name. An error stands beside those that could be read.
func standings() ([]standing, error) {
	if _, err := attach.PrivateDir("", false); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err // both lists would say so
	}
	alone, aerr := attach.List("")
	var all []standing
	for _, i := range alone {
		s := standing{Name: i.Name, Kind: kindAlone, State: stateGone, PID: i.PID, Path: i.Path, instance: i}
		if i.PID != 0 {
			s.State = stateRunning
		}
		all = append(all, s)
	}
	kept, kerr := reattach.List("")
	for _, k := range kept {
		s := standing{Name: k.Name, Kind: kindKept, State: stateGone, Path: k.Path, saved: k}
		if k.Alive() {
			s.State, s.PID = stateRunning, k.Info.Process.PID
		}
		all = append(all, s)
	}
	return all, errors.Join(aerr, kerr)
}

// noStanding says that nothing has a name.
func noStanding(name string, all []standing) error {
	var names []string
	for _, s := range all {
		names = append(names, s.Name)
	}
	hint := "there are none"
	if near := rpc.Nearest(name, names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	} else if len(names) > 0 {
		hint = "there are " + strings.Join(names, ", ")
	}
	return fmt.Errorf("%w that runs by itself or is kept: %q: %s", errNoPlugin, name, hint)
}
