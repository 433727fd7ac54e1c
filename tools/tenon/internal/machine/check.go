// Package machine looks at what plugins need of a system, by trying it.
package machine

import (
	"context"
	"fmt"
)

// A Level says how much a finding matters.
type Level string

// The levels.
const (
	OK   Level = "ok"
	Note Level = "note" // something works less well
	Bad  Level = "bad"  // plugins, or some of them, will not work
)

// A Finding is what one check found.
type Finding struct {
	Check string `json:"check"`
	Level Level  `json:"level"`
	Found string `json:"found"`
	Hint  string `json:"hint,omitempty"` // what to do
}

// found makes a finding without a hint.
func found(check string, level Level, format string, args ...any) Finding {
	return Finding{Check: check, Level: level, Found: fmt.Sprintf(format, args...)}
}

// hinting returns f with a hint.
func (f Finding) hinting(format string, args ...any) Finding {
	f.Hint = fmt.Sprintf(format, args...)
	return f
}

// Check returns what it finds on this machine. self is a program that is a plugin when
// it is started with args by a host that knows the cookie; see [Plugin].
func Check(ctx context.Context, self Self) []Finding {
	var all []Finding
	for _, check := range []func(context.Context) []Finding{
		checkRunning, checkRuntimeDir, checkSockets, self.check, checkIdentity, checkLimits, checkLandlock, checkEnvironment,
	} {
		all = append(all, check(ctx)...)
	}
	return all
}
