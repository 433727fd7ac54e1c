package facade

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// ours stands for this library, where the others are releases of the original.
const ours = "ours"

// build builds the program, read-only, with a release of the original or with a replace
// line, and returns the executable.
func build(t *testing.T, library string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/program")); err != nil {
		t.Fatal(err)
	}
	if library == ours {
		replace(t, dir)
	} else {
		// Old releases need one module more than the current one.
		run(t, dir, "go", "mod", "edit", "-require=github.com/hashicorp/go-plugin@"+library,
			"-require=github.com/mitchellh/go-testing-interface@v0.0.0-20171004221916-a61a99592b77")
	}
	return compile(t, dir, ".")
}

// replace writes the replace line of the facade into the go.mod in dir.
func replace(t *testing.T, dir string) {
	t.Helper()
	facade, err := filepath.Abs("../../facade")
	if err != nil {
		t.Fatal(err)
	}
	run(t, dir, "go", "mod", "edit", "-replace=github.com/hashicorp/go-plugin="+facade)
}

// compile builds a package of the module in dir.
func compile(t *testing.T, dir, pkg string) string {
	t.Helper()
	before := read(t, dir)
	exe := filepath.Join(dir, "program.exe")
	run(t, dir, "go", "build", "-mod=readonly", "-trimpath", "-ldflags=-s -w", "-o", exe, pkg)
	if after := read(t, dir); after != before {
		t.Errorf("the build changed go.mod or go.sum:\n%s", after)
	}
	return exe
}

func read(t *testing.T, dir string) string {
	t.Helper()
	var all []byte
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text...)
	}
	return string(all)
}

func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out, stderr.Bytes())
	}
	return strings.TrimSpace(string(out))
}

// TestFacadeAsksForNoMore compares the requirements of the facade with the original's.
func TestFacadeAsksForNoMore(t *testing.T) {
	limits := requirements(t, run(t, ".", "go", "list", "-m", "-f", "{{.GoMod}}", "github.com/hashicorp/go-plugin"))
	for module, version := range requirements(t, "../../facade/go.mod") {
		limit, ok := limits[module]
		if !ok {
			t.Errorf("the facade requires %s, which the original does not", module)
			continue
		}
		if limit != version && !older(version, limit) {
			t.Errorf("the facade requires %s %s, the original %s", module, version, limit)
		}
	}
}

// requirements reads the lines of a go.mod that name a version, and the go line.
func requirements(t *testing.T, path string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, line := range strings.Split(string(text), "\n") {
		fields := strings.Fields(strings.TrimPrefix(line, "require "))
		if len(fields) >= 2 && (strings.HasPrefix(fields[1], "v") || fields[0] == "go") {
			found[fields[0]] = fields[1]
		}
	}
	return found
}

// older compares versions number by number.
func older(a, b string) bool {
	as, bs := strings.FieldsFunc(a, notDigit), strings.FieldsFunc(b, notDigit)
	for i := range min(len(as), len(bs)) {
		if as[i] != bs[i] {
			return len(as[i]) < len(bs[i]) || len(as[i]) == len(bs[i]) && as[i] < bs[i]
		}
	}
	return len(as) < len(bs)
}

func notDigit(r rune) bool { return r < '0' || r > '9' }
