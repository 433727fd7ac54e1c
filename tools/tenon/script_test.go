package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/tenon-dev/tenon/core/attach"
)

// binaries is where the tests' tenon and plugin were built; "" in short tests.
var binaries string

func TestMain(m *testing.M) {
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "tenon-cli")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	flags, err := buildFlags(dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for name, pkg := range map[string]string{"tenon": ".", "bolt": "./internal/testplugin"} {
		args := append(append([]string{"build"}, flags...), "-o", filepath.Join(dir, name), pkg)
		if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "go %v: %v\n%s", args, err, out)
			return 1
		}
	}
	binaries = dir
	return m.Run()
}

// buildFlags makes the go command find the modules beside this one where the tests run
// without the workspace, since a published module has no replace lines.
func buildFlags(dir string) ([]string, error) {
	if work := goEnv("GOWORK"); work != "" && work != "off" {
		return nil, nil
	}
	siblings, err := filepath.Glob("../../*/go.mod")
	if err != nil || len(siblings) == 0 {
		return nil, err // it stands alone, and its siblings are published
	}
	alone := filepath.Join(dir, "alone.mod")
	for from, to := range map[string]string{"../go.mod": alone, "../go.sum": filepath.Join(dir, "alone.sum")} {
		b, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(to, b, 0o600)
		}
		if err != nil {
			return nil, err
		}
	}
	for _, path := range siblings {
		folder, err := filepath.Abs(filepath.Dir(path))
		if err != nil {
			return nil, err
		}
		replace := "-replace=github.com/tenon-dev/tenon/" + filepath.Base(folder) + "=" + folder
		if out, err := exec.Command("go", "mod", "edit", replace, alone).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("go mod edit %s: %w\n%s", replace, err, out)
		}
	}
	return []string{"-mod=mod", "-modfile=" + alone}, nil
}

// The command as users run it: the built binary, with plugins that are processes.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", binaries+string(os.PathListSeparator)+env.Getenv("PATH"))
			env.Setenv("TENON_RUNTIME_DIR", filepath.Join(env.WorkDir, "run"))
			env.Setenv("NO_COLOR", "1")
			for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOFLAGS", "GOPROXY", "GOSUMDB", "GOPATH"} {
				env.Setenv(name, goEnv(name))
			}
			env.Setenv("REPO", repoDir())
			env.Setenv("TENON", filepath.Join(binaries, "tenon"))
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":  exits,
			"plugin": plugin,
			"runs":   runs,
		},
		RequireExplicitExec: true,
	})
}

// exits is "exits CODE PROGRAM ARGUMENT...": the program ends with that code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARGUMENT...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	code := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		code = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if code != want {
		ts.Fatalf("%s ended with exit code %d, not %d", strings.Join(args[1:], " "), code, want)
	}
}

// plugin is "plugin NAME...": files of the test's plugin, which is what they are called.
func plugin(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args {
		ts.Check(os.Link(filepath.Join(binaries, "bolt"), ts.MkAbs(name)))
	}
}

// runs is "runs NAME": wait until a plugin of that name runs by itself.
func runs(ts *testscript.TestScript, neg bool, args []string) {
	deadline := time.Now().Add(30 * time.Second)
	for {
		all, err := attach.List(ts.Getenv("TENON_RUNTIME_DIR"))
		if err == nil && slices.ContainsFunc(all, func(i attach.Instance) bool { return i.Name == args[0] && i.PID != 0 }) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s does not run: %v, %v", args[0], all, err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func goEnv(name string) string {
	out, err := exec.Command("go", "env", name).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// repoDir is the root of the repository.
func repoDir() string {
	dir, err := filepath.Abs("../..")
	if err != nil {
		return ""
	}
	return dir
}
