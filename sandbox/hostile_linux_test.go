package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/tenon-dev/tenon/core/launch"
)

// said returns what a report says, without the errors.
func said(r Report) string {
	var all []string
	for _, m := range r.Measures {
		all = append(all, m.Name+" "+m.State.String())
	}
	return strings.Join(all, ", ")
}

// A plugin that is refused for its limits has done nothing, whether that is known before the
// start or not.
func TestRefusedHasNotRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plugin")
	mark := path + "-ran"
	if err := os.WriteFile(path, []byte("#!/bin/sh\necho x >> "+mark+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]Policy{
		"known":   {Limits: Limits{OpenFiles: 1 << 40}},
		"unknown": {Limits: Limits{OpenFiles: 64}},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "unknown" {
				old := setLimit
				defer func() { setLimit = old }()
				setLimit = func(int, limit) error { return unix.EPERM }
				if !mayTrace() {
					t.Skip("plugins cannot be held here before they begin")
				}
			}
			for range 20 {
				var r Report
				p.Report = func(got Report) { r = got }
				_, err := launch.Command(path, Confine(p)).Launch(t.Context(), launch.Request{})
				if !errors.As(err, new(*NotConfinedError)) || r.PID != 0 || !strings.Contains(said(r), "limit of open files failed") {
					t.Fatalf("%v, %+v", err, r)
				}
			}
			if _, err := os.Stat(mark); err == nil {
				t.Error("a plugin ran that was refused")
			}
		})
	}
}

// Where a plugin cannot be held, its limits are late, and said to be.
func TestLateLimits(t *testing.T) {
	old := mayTrace
	defer func() { mayTrace = old }()
	mayTrace = func() bool { return false }
	_, r, err := tried(t, Policy{Limits: Limits{OpenFiles: 64}}, "privileges")
	if err != nil || len(r.Measures) != 2 || !strings.Contains(r.Measures[1].String(), "limit of open files: applied late, after the start") {
		t.Errorf("%v, %+v", err, r)
	}
}

// What cannot be applied takes nothing else with it.
func TestBestEffortAppliesTheRest(t *testing.T) {
	needPlainTCP(t)
	needLandlock(t, scopeVersion)
	open, secret := t.TempDir(), t.TempDir()
	for _, dir := range []string{open, secret} {
		if err := os.WriteFile(dir+"/file", []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p := Policy{Mode: BestEffort, Files: &Files{Read: []string{open, open + "/none", open}, Execute: loaders()}, Network: &Network{}, Scope: true}
	got, r, err := tried(t, p, "read:"+open+"/file", "read:"+secret+"/file", "connect:"+l.Addr().String(), fmt.Sprint("signal:", os.Getpid()))
	if err != nil {
		t.Fatal(err)
	}
	want(t, got, "ok", "denied", "denied", "denied")
	if said(r) != "no new privileges applied, files applied, network applied, scope applied, path "+open+"/none failed" {
		t.Errorf("report %v", r.Measures)
	}
}

// No port is had by TCP under another name: Go listens with Multipath TCP by itself.
func TestNetworkHasNoOtherTCP(t *testing.T) {
	needPlainTCP(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free := uint16(l.Addr().(*net.TCPAddr).Port)
	l.Close()
	socket := func(domain, protocol int) string {
		return fmt.Sprintf("socket:%d/%d/%d", domain, unix.SOCK_STREAM, protocol)
	}
	const none = "protocol not supported"
	for _, tt := range []struct {
		n    *Network
		want []string
	}{
		{&Network{}, []string{"denied", "denied", none, none, none, "ok", "ok", "function not implemented"}},
		{&Network{Bind: []uint16{free}}, []string{"ok", "denied", none, none, none, "ok", "ok", "function not implemented"}},
	} {
		got, r, err := tried(t, Policy{Network: tt.n}, fmt.Sprint("listen:127.0.0.1:", free), "listen:127.0.0.1:0",
			socket(unix.AF_INET, unix.IPPROTO_MPTCP), socket(unix.AF_INET6, unix.IPPROTO_MPTCP), socket(unix.AF_SMC, 0),
			socket(unix.AF_INET, 0), socket(unix.AF_UNIX, 0), "iouring")
		if err != nil || said(r) != "no new privileges applied, network applied" {
			t.Fatal(r, err)
		}
		want(t, got, tt.want...)
	}
}

// Report is told of every start, and an error says what the policy may have to do with it.
func TestReportOfAFailedStart(t *testing.T) {
	needLandlock(t, 1)
	path := filepath.Join(t.TempDir(), "plugin")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	var reports []Report
	p := Policy{Files: &Files{}, Limits: Limits{NoCore: true}, Report: func(r Report) { reports = append(reports, r) }}
	_, err := launch.Command(path, Confine(p)).Launch(t.Context(), launch.Request{})
	if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "add its interpreter to Files.Execute") {
		t.Errorf("%v", err)
	}
	if len(reports) != 1 || reports[0].PID != 0 || reports[0].Path != path || said(reports[0]) != "no new privileges applied, files applied, limit of core files failed" {
		t.Errorf("%+v", reports)
	}
}

// Of two policies one would hold for nobody.
func TestTwoPolicies(t *testing.T) {
	_, err := launch.Command(os.Args[0], Confine(Policy{}), Confine(Policy{})).Launch(t.Context(), launch.Request{})
	if err == nil || !strings.Contains(err.Error(), "two policies") {
		t.Error(err)
	}
}

// One that was held runs on as if nothing had been.
func TestHeldRunsOn(t *testing.T) {
	for range 50 {
		var out bytes.Buffer
		p, err := launch.Command("/bin/sh", launch.Args("-c", "grep TracerPid /proc/self/status; exit 3"), Confine(Policy{Limits: Limits{NoCore: true}})).
			Launch(t.Context(), launch.Request{Stdout: &out})
		if err != nil {
			t.Fatal(err)
		}
		<-p.Done()
		if p.Exit().Code != 3 || out.String() != "TracerPid:\t0\n" {
			t.Fatalf("%v, %q", p.Exit(), &out)
		}
	}
}
