package launch

import (
	"errors"
	"fmt"
	"os"
)

// An Identity names a process so that no later one is taken for it: by its number
// and by when it started. Its JSON can be kept.
type Identity struct {
	PID     int    `json:"pid"`
	Started string `json:"started"` // in the system's own terms, boot included
}

// ErrProcessGone says that a process has ended, whoever has its number now.
var ErrProcessGone = errors.New("the process has ended")

// Identify returns the identity of a process that runs. Where the system does not
// tell when a process started the error matches [errors.ErrUnsupported].
func Identify(pid int) (Identity, error) {
	started, err := startedAt(pid)
	if err != nil {
		return Identity{}, fmt.Errorf("launch: identify process %d: %w", pid, err)
	}
	return Identity{PID: pid, Started: started}, nil
}

// Find returns a handle on the process, which stays its own also when its number
// is used again, where the system has such handles. The error matches
// [ErrProcessGone] when it has ended.
func (i Identity) Find() (*os.Process, error) {
	if i.PID <= 0 || i.Started == "" {
		return nil, fmt.Errorf("launch: find a process: the identity %+v is not complete", i)
	}
	p, err := os.FindProcess(i.PID)
	if err == nil {
		if err = i.check(); err != nil {
			p.Release()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("launch: find process %d: %w", i.PID, err)
	}
	return p, nil
}

// check reports whether the process of that number is the one that is meant.
func (i Identity) check() error {
	started, err := startedAt(i.PID)
	if err == nil && started != i.Started {
		return ErrProcessGone
	}
	return err
}

// Alive reports whether the process runs.
func (i Identity) Alive() bool { return i.Started != "" && i.check() == nil }
