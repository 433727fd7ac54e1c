package facade

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// build builds the program, read-only, and returns the executable.
func build(t *testing.T, replace bool) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/program")); err != nil {
		t.Fatal(err)
	}
	if replace {
		facade, err := filepath.Abs("../../facade")
		if err != nil {
			t.Fatal(err)
		}
		run(t, dir, "go", "mod", "edit", "-replace=github.com/hashicorp/go-plugin="+facade)
	}
	before := read(t, dir)
	exe := filepath.Join(dir, "program")
	run(t, dir, "go", "build", "-mod=readonly", "-o", exe, ".")
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
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, stderr.Bytes())
	}
	return strings.TrimSpace(string(out))
}

func TestReplaceLine(t *testing.T) {
	programs := map[string]string{"theirs": build(t, false), "ours": build(t, true)}
	for host, hostExe := range programs {
		for plugin, pluginExe := range programs {
			if got, want := run(t, t.TempDir(), hostExe, pluginExe), "hello "+host+" from "+plugin; got != want {
				t.Errorf("host %s, plugin %s: %q, want %q", host, plugin, got, want)
			}
		}
	}
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
