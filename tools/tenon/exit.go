package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/discover"
	"github.com/tenon-dev/tenon/core/jsoncall"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/tools/tenon/internal/terminal"
)

// The exit codes of every subcommand.
const (
	exitOK          = 0
	exitFailed      = 1   // it was tried, and did not work, or: what was compared breaks
	exitUsage       = 2   // the command line is not one that tenon understands
	exitNoPlugin    = 3   // there is no such file, and no plugin of that name runs
	exitNotPlugin   = 4   // the file is not a plugin, or not one that this machine can run
	exitNoStart     = 5   // the plugin does not start, or does not agree with this host
	exitUnknown     = 6   // it serves no such method
	exitJSON        = 7   // what was given is no JSON
	exitType        = 8   // what was given has another type than the method takes
	exitUnsupported = 9   // the method cannot be called without a stub
	exitRemote      = 10  // the plugin answered with an error
	exitCrashed     = 11  // the plugin crashed
	exitDeadline    = 12  // the time ran out
	exitInterrupted = 130 // somebody pressed Ctrl-C
)

// exitNames name the codes for scripts that read errors as JSON.
var exitNames = map[int]string{
	exitFailed: "failed", exitUsage: "usage", exitNoPlugin: "no_such_plugin", exitNotPlugin: "not_a_plugin",
	exitNoStart: "does_not_start", exitUnknown: "unknown_method", exitJSON: "wrong_json", exitType: "wrong_type",
	exitUnsupported: "unsupported", exitRemote: "plugin_error", exitCrashed: "crashed", exitDeadline: "deadline",
	exitInterrupted: "interrupted",
}

// errNoPlugin is what there is neither a file nor a running plugin of.
var errNoPlugin = errors.New("there is no such plugin")

// quiet is an end that was told already, with its exit code.
type quiet int

func (q quiet) Error() string { return fmt.Sprintf("exit code %d", int(q)) }

// exitCode returns the code for an error.
func exitCode(ctx context.Context, err error) int {
	var told quiet
	var unknown *jsoncall.UnknownError
	var syntax *jsoncall.SyntaxError
	var wrong *jsoncall.TypeError
	var unsupported *jsoncall.UnsupportedError
	var crash *tenon.CrashError
	var start *tenon.StartError
	var file *launch.StartError
	var remote *tenon.Error
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &told):
		return int(told)
	case isUsage(err):
		return exitUsage
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &unknown):
		return exitUnknown
	case errors.As(err, &syntax):
		return exitJSON
	case errors.As(err, &wrong):
		return exitType
	case errors.As(err, &unsupported):
		return exitUnsupported
	case errors.As(err, &crash):
		return exitCrashed
	case errors.Is(err, errNoPlugin), errors.Is(err, launch.ErrNotRunning):
		return exitNoPlugin
	case errors.As(err, &start):
		return exitNoStart
	case errors.Is(err, discover.ErrNoPlugin), errors.Is(err, discover.ErrDescribe), errors.As(err, &file):
		return exitNotPlugin
	case errors.Is(err, context.DeadlineExceeded): // whichever side noticed it first
		return exitDeadline
	case errors.As(err, &remote) && remote.Remote():
		return exitRemote
	}
	return exitFailed
}

// report prints an error for a person, or for a script.
func report(w io.Writer, err error, code int, asJSON bool) {
	var told quiet
	if errors.As(err, &told) {
		return
	}
	if asJSON {
		type failure struct {
			Error    string            `json:"error"`
			Kind     string            `json:"kind"`
			ExitCode int               `json:"exit_code"`
			Code     string            `json:"code,omitempty"` // of the plugin's error
			Details  map[string]string `json:"details,omitempty"`
		}
		f := failure{Error: err.Error(), Kind: exitNames[code], ExitCode: code}
		if remote := (*tenon.Error)(nil); errors.As(err, &remote) {
			f.Code, f.Details = remote.Code.String(), remote.Details
		}
		if b, err := json.Marshal(f); err == nil {
			fmt.Fprintf(w, "%s\n", terminal.JSON(b))
			return
		}
	}
	fmt.Fprintf(w, "tenon: %s\n", terminal.Text(strings.TrimPrefix(err.Error(), "tenon: ")))
	if code == exitUsage {
		fmt.Fprintln(w, `"tenon help" lists the commands and their flags`)
	}
}
