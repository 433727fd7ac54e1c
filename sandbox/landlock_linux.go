package sandbox

import (
	"errors"
	"fmt"
	"os"

	"github.com/landlock-lsm/go-landlock/landlock"
	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// The rights that go with each list of paths. Those that the kernel does not know are left
// out of them, and of what is forbidden.
const (
	readFile    = ll.AccessFSReadFile
	readRights  = readFile | ll.AccessFSReadDir
	execRights  = readRights | ll.AccessFSExecute
	writeRights = (1<<17 - 1) &^ ll.AccessFSExecute

	// fileRights are those that a rule for a file may have; others need a directory.
	fileRights = ll.AccessFSExecute | ll.AccessFSWriteFile | ll.AccessFSReadFile | ll.AccessFSTruncate | ll.AccessFSIoctlDev | ll.AccessFSResolveUnix
)

// The first versions of Landlock that have the measures.
const (
	netVersion   = 4
	scopeVersion = 6
)

// abi returns the version of Landlock that the kernel has; a variable for tests.
var abi = func() (landlock.Config, int, error) {
	version, err := ll.LandlockGetABIVersion()
	if err != nil || version < 1 {
		return landlock.Config{}, 0, fmt.Errorf("this kernel has no Landlock, or it was turned off at boot (%v): %w", err, errors.ErrUnsupported)
	}
	known := []landlock.Config{landlock.V1, landlock.V2, landlock.V3, landlock.V4, landlock.V5, landlock.V6, landlock.V7, landlock.V8, landlock.V9}
	version = min(version, len(known))
	return known[version-1], version, nil
}

// restrict applies the rules of Landlock to this thread, each measure with a ruleset of its
// own, so that one which cannot be applied takes no other one with it.
func (p Policy) restrict(r *Report, program string) {
	if p.Files == nil && p.Network == nil && !p.Scope {
		return
	}
	can, version, err := abi()
	measure := func(name string, least int, apply func() error) {
		switch {
		case err != nil:
			r.add(name, false, err)
		case version < least:
			r.add(name, false, fmt.Errorf("the kernel has version %d of Landlock, and this needs %d: %w", version, least, errors.ErrUnsupported))
		default:
			r.add(name, false, apply())
		}
	}
	var exceptions []exception
	if p.Files != nil {
		attr := ll.RulesetAttr{HandledAccessFS: uint64(can.HandledAccessFS)}
		measure("files", 1, func() error {
			return enforce(&attr, func(fd int) { exceptions = append(exceptions, p.Files.rules(fd, attr.HandledAccessFS, program)...) })
		})
	}
	if p.Network != nil {
		attr := ll.RulesetAttr{HandledAccessNet: uint64(can.HandledAccessNet) & (ll.AccessNetBindTCP | ll.AccessNetConnectTCP)}
		measure("network", netVersion, func() error {
			err := enforce(&attr, func(fd int) { exceptions = append(exceptions, p.Network.rules(fd)...) })
			if err != nil {
				return err
			}
			return plainTCP()
		})
	}
	if p.Scope {
		attr := ll.RulesetAttr{Scoped: uint64(can.Scoped)}
		measure("scope", scopeVersion, func() error { return enforce(&attr, nil) })
	}
	for _, e := range exceptions {
		r.add(e.name, false, e.err)
	}
}

// An exception is a path or a port that a policy allows, and that cannot be allowed: the
// measure holds, and the plugin can do less than it should.
type exception struct {
	name string
	err  error
}

// enforce makes a ruleset, and applies it to this thread.
func enforce(attr *ll.RulesetAttr, rules func(fd int)) error {
	fd, err := ll.LandlockCreateRuleset(attr, 0)
	if err != nil {
		return fmt.Errorf("make a Landlock ruleset: %w", err)
	}
	defer unix.Close(fd)
	if rules != nil {
		rules(fd)
	}
	if err := ll.LandlockRestrictSelf(fd, 0); err != nil {
		return fmt.Errorf("apply the Landlock ruleset: %w", err)
	}
	return nil
}

// rules adds the rules for files. The plugin's own file can be executed, and the null
// device is what it reads as its standard input.
func (f *Files) rules(fd int, handled uint64, program string) (all []exception) {
	for _, list := range []struct {
		rights uint64
		paths  []string
	}{
		{readRights, f.Read}, {execRights, append([]string{program}, f.Execute...)}, {writeRights, append([]string{os.DevNull}, f.Write...)},
	} {
		for _, path := range list.paths {
			if err := addPath(fd, path, list.rights&handled); err != nil {
				all = append(all, exception{"path " + path, fmt.Errorf("allow it: %w", err)})
			}
		}
	}
	return all
}

func addPath(ruleset int, path string, rights uint64) error {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFDIR {
		rights &= fileRights
	}
	return ll.LandlockAddPathBeneathRule(ruleset, &ll.PathBeneathAttr{ParentFd: fd, AllowedAccess: rights}, 0)
}

// rules adds the rules for ports.
func (n *Network) rules(fd int) (all []exception) {
	for _, list := range []struct {
		right uint64
		ports []uint16
	}{{ll.AccessNetConnectTCP, n.Connect}, {ll.AccessNetBindTCP, n.Bind}} {
		for _, port := range list.ports {
			attr := &ll.NetPortAttr{AllowedAccess: list.right, Port: uint64(port)}
			if err := ll.LandlockAddNetPortRule(fd, attr, 0); err != nil {
				all = append(all, exception{fmt.Sprintf("port %d", port), fmt.Errorf("allow it: %w", err)})
			}
		}
	}
	return all
}
