package sandbox

import (
	"errors"
	"fmt"
	"strings"
)

// A Report says what came of a policy at one start.
type Report struct {
	Path     string // of the file that was executed, or was to be
	PID      int    // 0 where the plugin was not started
	Measures []Measure
}

// A Measure is one thing that a policy asked for.
type Measure struct {
	Name  string // "no new privileges", "files", "network", "scope", "limit of memory", "path /that/is/missing", …
	State State
	Late  bool  // applied when the plugin's program had begun already
	Err   error // why it was not applied
}

// String returns "files: applied", or why not.
func (m Measure) String() string {
	text := m.Name + ": " + m.State.String()
	if m.Late {
		text += " late, after the start"
	}
	if m.Err != nil {
		text += ": " + m.Err.Error()
	}
	return text
}

// State is what came of a measure.
type State uint8

// The states of a measure.
const (
	Applied      State = iota // it holds
	NotAvailable              // this system does not have it
	Failed                    // the system refused it
)

// String returns the state in words.
func (s State) String() string {
	switch s {
	case Applied:
		return "applied"
	case NotAvailable:
		return "not available"
	case Failed:
		return "failed"
	}
	return "unknown"
}

// A NotConfinedError says which measures of a policy that requires them could not be
// applied to a plugin, which therefore does not run.
type NotConfinedError struct{ Report Report }

// Error lists the measures that were not applied.
func (e *NotConfinedError) Error() string {
	var missing []string
	for _, m := range e.Report.Measures {
		if m.State != Applied {
			missing = append(missing, m.String())
		}
	}
	return fmt.Sprintf("sandbox: it is not run, since the policy requires what could not be applied (%s): drop these measures, or use BestEffort",
		strings.Join(missing, "; "))
}

// Unwrap returns the causes.
func (e *NotConfinedError) Unwrap() []error {
	var errs []error
	for _, m := range e.Report.Measures {
		if m.Err != nil {
			errs = append(errs, m.Err)
		}
	}
	return errs
}

// ErrUnsupported is matched by measures that are not available.
var ErrUnsupported = errors.ErrUnsupported

// add notes what came of a measure.
func (r *Report) add(name string, late bool, err error) {
	m := Measure{Name: name, Late: late, Err: err}
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		m.State, m.Late = NotAvailable, false
	case err != nil:
		m.State, m.Late = Failed, false
	}
	r.Measures = append(r.Measures, m)
}

// whole reports whether all was applied.
func (r *Report) whole() bool {
	for _, m := range r.Measures {
		if m.State != Applied {
			return false
		}
	}
	return true
}
