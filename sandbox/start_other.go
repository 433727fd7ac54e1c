//go:build !linux

package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
)

// start applies nothing, since this system has none of it, and says so.
func (p Policy) start(_ context.Context, cmd *exec.Cmd, start func() error) error {
	r := Report{Path: cmd.Path}
	for _, name := range p.wanted() {
		r.add(name, false, fmt.Errorf("on %s: %w", runtime.GOOS, errors.ErrUnsupported))
	}
	if p.Mode == Require {
		p.tell(r)
		return &NotConfinedError{Report: r}
	}
	if err := start(); err != nil {
		p.tell(r)
		return err
	}
	r.PID = cmd.Process.Pid
	p.tell(r)
	return nil
}

func (p Policy) tell(r Report) {
	if p.Report != nil {
		p.Report(r)
	}
}

// wanted returns the names of all measures of the policy.
func (p Policy) wanted() []string {
	names := []string{"no new privileges"}
	for name, wanted := range map[string]bool{
		"files": p.Files != nil, "network": p.Network != nil, "scope": p.Scope, "limits of resources": p.Limits != Limits{},
	} {
		if wanted {
			names = append(names, name)
		}
	}
	return names
}
