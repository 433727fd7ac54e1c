package facade

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheOriginalsOwnTests runs the tests that the original comes with on our code. They
// are taken from where the go command keeps its modules, and those of them are left out
// that are about nothing but its insides.
func TestTheOriginalsOwnTests(t *testing.T) {
	if testing.Short() {
		t.Skip("runs all tests of another module")
	}
	original := run(t, ".", "go", "list", "-m", "-f", "{{.Dir}}", "github.com/hashicorp/go-plugin")
	dir := t.TempDir()
	copyFiles(t, dir, "../../facade", ".go")
	for _, sub := range []string{"test", "internal/cmdrunner"} {
		copyFiles(t, filepath.Join(dir, sub), filepath.Join(original, sub), ".go")
	}
	tests, err := filepath.Glob(filepath.Join(original, "*_test.go"))
	if err != nil || len(tests) < 8 {
		t.Fatalf("the original has %d files of tests, %v", len(tests), err)
	}
	more := []string{filepath.Join(original, "go.mod"), filepath.Join(original, "go.sum"), "testdata/own/shim_test.go"}
	for _, path := range append(tests, more...) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(path)
		if name == "client_logger_test.go" { // of its reading of log lines
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(adapt(t, name, string(text))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// What is skipped wants to see that a start which failed was ended by force.
	out := run(t, dir, "go", "test", "-trimpath", "-count=1", "-v", "-skip=^TestClient_killStart$", ".")
	if passed := strings.Count(out, "--- PASS: "); passed < 75 {
		t.Errorf("only %d tests have passed:\n%s", passed, out)
	}
}

// adapt makes a file of the original's tests one that our code can be built with.
func adapt(t *testing.T, name, text string) string {
	t.Helper()
	without := func(function string) {
		begin := strings.Index(text, "func "+function+"(")
		if begin < 0 {
			t.Fatalf("%s has no %s", name, function)
		}
		text = text[:begin] + text[begin+strings.Index(text[begin:], "\n}\n")+3:]
	}
	switch name {
	case "client_test.go":
		without("TestClient_logStderr")
		without("TestClient_logStderrParseJSON")
		text = strings.NewReplacer("c.runner.", "c.process.", "c.doneCtx.", "c.link.ctx.", "\t\"encoding/json\"\n", "").Replace(text)
	case "server_test.go":
		without("TestRmListener_impl")
		without("TestRmListener")
		text = strings.Replace(text, "\t\"net\"\n", "", 1)
	}
	return text
}

// copyFiles copies the files below a directory that have an ending.
func copyFiles(t *testing.T, to, from, ending string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ending) {
			return err
		}
		rest, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rest)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		return os.WriteFile(target, text, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}
