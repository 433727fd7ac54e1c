package machine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLimits(t *testing.T) {
	for _, c := range []struct {
		soft     uint64
		infinite bool
		level    Level
		found    string
	}{
		{64, false, Note, "at most 64 (the system would allow 4096)"},
		{1024, false, OK, "at most 1024"},
		{0, true, OK, "without a limit"},
	} {
		if f := limitFinding("open files", c.soft, 4096, 256, c.infinite, "n"); f.Level != c.level || f.Found != c.found || (f.Hint != "") != (c.level != OK) {
			t.Errorf("%+v", f)
		}
	}
}

func TestRuntimeDirIsLeftAsItWas(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	t.Setenv("TENON_RUNTIME_DIR", dir)
	all := checkRuntimeDir(t.Context())
	if len(all) != 2 || all[0].Level == Bad || all[1].Level == Bad {
		t.Errorf("%+v", all)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the directory was left behind: %v", err)
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if all := checkRuntimeDir(t.Context()); len(all) != 1 || all[0].Level != Bad || !strings.Contains(all[0].Found, "is no directory") {
		t.Errorf("a file in its place: %+v", all)
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("TENON_TRANSPORT", "smux")
	t.Setenv("TENON_ATTACH", "x=/y")
	all := checkEnvironment(t.Context())
	if len(all) < 2 || all[0].Level != Note || !strings.HasPrefix(all[0].Found, "TENON_ATTACH=x=/y: hosts attach") {
		t.Errorf("%+v", all)
	}
	restore := unforced()
	if os.Getenv("TENON_TRANSPORT") != "" {
		t.Error("the variable is still there")
	}
	restore()
	if os.Getenv("TENON_TRANSPORT") != "smux" {
		t.Error("the variable did not come back")
	}
}
