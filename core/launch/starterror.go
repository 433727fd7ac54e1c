package launch

import (
	"slices"
	"strings"
)

// A StartError says why a plugin could not be started: what was run, what was
// found, and what to try. errors.Is reaches the system's error through it, such as
// [io/fs.ErrNotExist] or [syscall.ENOEXEC].
type StartError struct {
	Path   string   // the file that was to run
	Args   []string // its arguments; not in the text, since they may hold secrets
	Reason Reason   // what kind of failure it is
	Found  string   // what happened, in words
	Hint   string   // what to try, in words; may be empty
	Err    error    // the system's error
}

// Error returns one line: "launch PATH: what was found; what to try".
func (e *StartError) Error() string {
	text := "launch " + e.Path + ": " + e.Found
	if e.Err != nil {
		if cause := rootText(e.Err); !strings.Contains(text, cause) {
			text += " (" + cause + ")"
		}
	}
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

// Unwrap returns the system's error.
func (e *StartError) Unwrap() error { return e.Err }

// Reason is the kind of a [StartError].
type Reason uint8

// The kinds of failure that are told apart.
const (
	ReasonOther         Reason = iota // none of the others: see Err
	ReasonNotFound                    // there is no such file
	ReasonDirectory                   // the path names a directory
	ReasonNotExecutable               // the file's mode does not let us execute it
	ReasonFormat                      // the file is no program, or one for another machine
	ReasonInterpreter                 // what the file needs to run, its loader or #! program, is missing
	ReasonNoExec                      // the file system was mounted so that nothing on it runs
	ReasonDenied                      // a directory on the way, or a policy of the system, denies it
	ReasonBusy                        // the file is open for writing
	ReasonTooLong                     // arguments and environment are too long
	ReasonFiles                       // too many open files
	ReasonProcesses                   // too many processes
	ReasonMemory                      // not enough memory
	ReasonWorkDir                     // the working directory cannot be entered
)

// String returns the kind in words, such as "no such file".
func (r Reason) String() string {
	names := [...]string{
		"other", "no such file", "is a directory", "not executable", "wrong format", "missing interpreter",
		"mounted noexec", "denied", "busy", "arguments too long", "too many open files",
		"too many processes", "out of memory", "bad working directory",
	}
	if int(r) < len(names) {
		return names[r]
	}
	return "unknown"
}

// startError explains an error that came before the system tried to execute path.
func (c *command) startError(path string, err error) error {
	return c.startErrorIn(path, "", err)
}

// startErrorIn explains err, which came of executing path in the directory dir.
func (c *command) startErrorIn(path, dir string, err error) error {
	reason, found, hint := explain(path, dir, err)
	return &StartError{Path: path, Args: slices.Clone(c.args), Reason: reason, Found: found, Hint: hint, Err: err}
}

// rootText is the text of the innermost error: the wrappers repeat the path.
func rootText(err error) string {
	for {
		inner, ok := err.(interface{ Unwrap() error })
		if !ok {
			return err.Error()
		}
		next := inner.Unwrap()
		if next == nil {
			return err.Error()
		}
		err = next
	}
}
