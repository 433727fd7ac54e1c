package sandbox

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// A limit is one of Limits, as the system knows it.
type limit struct {
	name     string
	resource int
	value    uint64
}

// list returns the limits that are wanted.
func (l Limits) list() (all []limit) {
	for _, one := range []struct {
		wanted bool
		limit
	}{
		{l.Memory > 0, limit{"limit of memory", unix.RLIMIT_DATA, l.Memory}},
		{l.OpenFiles > 0, limit{"limit of open files", unix.RLIMIT_NOFILE, l.OpenFiles}},
		{l.Processes > 0, limit{"limit of processes", unix.RLIMIT_NPROC, l.Processes}},
		{l.FileSize > 0, limit{"limit of file size", unix.RLIMIT_FSIZE, l.FileSize}},
		{l.CPU > 0, limit{"limit of processor time", unix.RLIMIT_CPU, uint64((l.CPU + time.Second - 1) / time.Second)}},
		{l.NoCore, limit{"limit of core files", unix.RLIMIT_CORE, 0}},
	} {
		if one.wanted {
			all = append(all, one.limit)
		}
	}
	return all
}

// foresee notes the limits that the system will refuse, so that nothing is started for
// them: those above the hard limit, which the plugin inherits.
func (l Limits) foresee(r *Report) {
	for _, limit := range l.list() {
		if err := limit.foresee(); err != nil {
			r.add(limit.name, false, err)
		}
	}
}

func (l limit) foresee() error {
	most, err := hardLimit(l.resource)
	if err != nil || l.value <= most {
		return err
	}
	return fmt.Errorf("%d is above the most that the system allows this process to set, %d: %w", l.value, most, unix.EPERM)
}

// hardLimit returns the highest limit that this process may give to one that it starts.
func hardLimit(resource int) (uint64, error) {
	if mayRaise() {
		if resource == unix.RLIMIT_NOFILE { // nobody may have more than this
			if text, err := os.ReadFile("/proc/sys/fs/nr_open"); err == nil {
				return strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
			}
		}
		return unix.RLIM_INFINITY, nil
	}
	var l unix.Rlimit
	if err := unix.Getrlimit(resource, &l); err != nil {
		return 0, err
	}
	return l.Max, nil
}

// mayRaise reports whether this thread may raise hard limits.
func mayRaise() bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	return unix.Capget(&header, &data[0]) == nil && data[0].Effective&(1<<unix.CAP_SYS_RESOURCE) != 0
}

// apply sets the limits of a process that is there already. late says that it runs.
func (l Limits) apply(r *Report, pid int, late bool) {
	for _, limit := range l.list() {
		r.add(limit.name, late, setLimit(pid, limit))
	}
}

// setLimit sets one limit of a process; a variable for tests.
var setLimit = func(pid int, l limit) error {
	return unix.Prlimit(pid, l.resource, &unix.Rlimit{Cur: l.value, Max: l.value}, nil)
}

// skip notes that there was no process for the limits.
func (l Limits) skip(r *Report, err error) {
	for _, limit := range l.list() {
		r.add(limit.name, false, err)
	}
}
