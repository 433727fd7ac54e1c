//go:build linux || darwin || freebsd

package machine

import (
	"context"

	"golang.org/x/sys/unix"
)

// checkLimits tells how many files and processes there may be, and how much memory.
func checkLimits(context.Context) []Finding {
	var all []Finding
	for _, l := range limits {
		var r unix.Rlimit
		if err := unix.Getrlimit(l.resource, &r); err != nil {
			all = append(all, found(l.check, Note, "the limit is not known: %v", err))
			continue
		}
		soft, hard := uint64(r.Cur), uint64(r.Max)
		all = append(all, limitFinding(l.check, soft, hard, l.few, soft >= 1<<62, l.flag))
	}
	return all
}

// A limit is one of the system's, and what is few of it.
type limit struct {
	check    string
	resource int
	few      uint64
	flag     string // of the shell's ulimit
}

var limits = []limit{
	{"open files", unix.RLIMIT_NOFILE, 256, "n"},
	{"address space in bytes", unix.RLIMIT_AS, 1 << 30, "v"},
}
