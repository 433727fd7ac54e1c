//go:build linux

package launch_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"testing"

	"github.com/tenon-dev/tenon/core/launch"
)

func TestIdentity(t *testing.T) {
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	id, err := launch.Identify(cmd.Process.Pid)
	if err != nil || id.PID != cmd.Process.Pid || !id.Alive() {
		t.Fatalf("%+v, %v", id, err)
	}
	b, err := json.Marshal(id)
	if err != nil {
		t.Fatal(err)
	}
	var kept launch.Identity
	if err := json.Unmarshal(b, &kept); err != nil || kept != id {
		t.Errorf("%s becomes %+v, %v", b, kept, err)
	}
	handle, err := kept.Find()
	if err != nil {
		t.Fatal(err)
	}
	defer handle.Release()

	// Another process of that number, and one that never was.
	reused := id
	reused.Started += "1"
	for _, other := range []launch.Identity{reused, {PID: 1 << 30, Started: id.Started}} {
		if _, err := other.Find(); !errors.Is(err, launch.ErrProcessGone) || other.Alive() {
			t.Errorf("%+v: %v", other, err)
		}
	}
	for _, half := range []launch.Identity{{}, {PID: os.Getpid()}, {Started: "x"}, {PID: -1, Started: "x"}} {
		if _, err := half.Find(); err == nil || half.Alive() {
			t.Errorf("%+v is a process", half)
		}
	}
	if err := handle.Kill(); err != nil {
		t.Error(err)
	}
	for id.Alive() { // a zombie has ended too
	}
	cmd.Wait()
	if _, err := id.Find(); !errors.Is(err, launch.ErrProcessGone) {
		t.Errorf("after its end: %v", err)
	}
	if _, err := launch.Identify(id.PID); !errors.Is(err, launch.ErrProcessGone) {
		t.Errorf("after its end: %v", err)
	}
}
