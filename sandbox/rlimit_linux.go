package sandbox

import (
	"time"

	"golang.org/x/sys/unix"
)

// apply sets the limits of a process that runs already.
func (l Limits) apply(r *Report, pid int) {
	for _, limit := range []struct {
		name     string
		resource int
		wanted   bool
		value    uint64
	}{
		{"limit of memory", unix.RLIMIT_DATA, l.Memory > 0, l.Memory},
		{"limit of open files", unix.RLIMIT_NOFILE, l.OpenFiles > 0, l.OpenFiles},
		{"limit of processes", unix.RLIMIT_NPROC, l.Processes > 0, l.Processes},
		{"limit of file size", unix.RLIMIT_FSIZE, l.FileSize > 0, l.FileSize},
		{"limit of processor time", unix.RLIMIT_CPU, l.CPU > 0, uint64((l.CPU + time.Second - 1) / time.Second)},
		{"limit of core files", unix.RLIMIT_CORE, l.NoCore, 0},
	} {
		if limit.wanted {
			r.add(limit.name, true, unix.Prlimit(pid, limit.resource, &unix.Rlimit{Cur: limit.value, Max: limit.value}, nil))
		}
	}
}
