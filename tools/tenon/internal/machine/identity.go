package machine

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/tenon-dev/tenon/core/launch"
)

// checkIdentity tries whether a process can be told from a later one of its number,
// which reattaching needs.
func checkIdentity(context.Context) []Finding {
	const check = "the identity of processes"
	identity, err := launch.Identify(os.Getpid())
	if err != nil {
		return []Finding{found(check, Note, "this system does not tell when a process started (%v): plugins cannot outlive their hosts", err)}
	}
	if !identity.Alive() {
		return []Finding{found(check, Bad, "this process is not found by when it started")}
	}
	return []Finding{found(check, OK, "plugins can outlive their hosts")}
}

// checkEnvironment tells about variables that change what every host does.
func checkEnvironment(context.Context) []Finding {
	var all []Finding
	for _, entry := range os.Environ() {
		key, value, _ := strings.Cut(entry, "=")
		means := map[string]string{
			"TENON_TRANSPORT": "every host uses this transport and no other",
			"TENON_CODEC":     "every host uses this codec and no other",
			"TENON_ATTACH":    "hosts attach to these plugins and do not start them",
			"TENON_DEBUG":     "no timer of Tenon runs, unless it is 0 or false",
			"TENON_LINK":      "this shell was started by a plugin: what is started in it may take itself for one",
		}[key]
		if means != "" {
			all = append(all, found("the environment", Note, "%s=%s: %s", key, value, means))
		}
	}
	slices.SortFunc(all, func(a, b Finding) int { return strings.Compare(a.Found, b.Found) })
	return all
}

// limitFinding judges how many open files, or processes, there may be.
func limitFinding(check string, soft, hard, few uint64, infinite bool, flag string) Finding {
	if infinite {
		return found(check, OK, "without a limit")
	}
	if soft < few {
		return found(check, Note, "at most %d (the system would allow %s)", soft, fmt.Sprint(hard)).hinting("a host of many plugins needs more: ulimit -%s %d", flag, few)
	}
	return found(check, OK, "at most %d", soft)
}
