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
	for name, pkg := range map[string]string{"tenon": ".", "bolt": "./internal/testplugin"} {
		if out, err := exec.Command("go", buildArgs(filepath.Join(dir, name), pkg)...).CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "go build %s: %v\n%s", pkg, err, out)
			return 1
		}
	}
	binaries = dir
	return m.Run()
}

// buildArgs builds as this test was built: the modules beside it are found in the
// workspace, or in the go.mod that a flag names.
func buildArgs(out, pkg string) []string {
	return []string{"build", "-o", out, pkg}
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
