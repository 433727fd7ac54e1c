//go:build !windows

package launch

import (
	"log/slog"
	"os"
)

// A job is what holds a plugin and all that it starts together on Windows.
type job struct{}

func newJob(*os.Process, bool, *slog.Logger) *job { return nil }

func (*job) kill() bool { return false }

func (*job) close(bool) {}
