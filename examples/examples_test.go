package examples

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/attach"
)

// build builds programs of this module into a directory and returns it.
func build(t *testing.T, programs map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, pkg := range programs {
		out, err := exec.Command("go", "build", "-o", filepath.Join(dir, name), "./"+pkg).CombinedOutput()
		if err != nil {
			t.Fatalf("build %s: %v\n%s", pkg, err, out)
		}
	}
	return dir
}

// run runs a program and returns its stdout.
func run(t *testing.T, path string, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s%s", path, err, out.String(), errs.String())
	}
	return out.String()
}

func TestQuickstart(t *testing.T) {
	dir := build(t, map[string]string{"host": "quickstart/host", "myplugin": "quickstart/myplugin"})
	t.Setenv(attach.DirEnv, filepath.Join(dir, "run"))
	if got := run(t, filepath.Join(dir, "host")); got != "Starting host...\npong\n" {
		t.Errorf("the host prints %q", got)
	}
}

// ./myplugin & and then ./host.
func TestQuickstartByHand(t *testing.T) {
	dir := build(t, map[string]string{"host": "quickstart/host", "myplugin": "quickstart/myplugin"})
	t.Setenv(attach.DirEnv, filepath.Join(dir, "run"))
	plugin := exec.Command(filepath.Join(dir, "myplugin"))
	if err := plugin.Start(); err != nil {
		t.Fatal(err)
	}
	defer plugin.Wait()
	defer plugin.Process.Kill()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		if all, err := attach.List(""); err == nil && len(all) == 1 && all[0].PID == plugin.Process.Pid {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the plugin does not wait for hosts")
		}
	}
	if err := os.Remove(plugin.Path); err != nil { // so that it cannot be started
		t.Fatal(err)
	}
	for range 2 {
		if got := run(t, filepath.Join(dir, "host")); got != "Starting host...\npong\n" {
			t.Errorf("the host prints %q", got)
		}
	}
}

func TestPluginByHand(t *testing.T) {
	dir := build(t, map[string]string{"plugin": "wordcount/plugin"})
	cmd := exec.Command(filepath.Join(dir, "plugin"))
	out, err := cmd.CombinedOutput()
	if err == nil || cmd.ProcessState.ExitCode() != 2 || !strings.Contains(string(out), "this program is a plugin") {
		t.Errorf("%v, exit code %d, %q", err, cmd.ProcessState.ExitCode(), out)
	}
}

func TestWordcount(t *testing.T) {
	dir := build(t, map[string]string{"host": "wordcount/host", "plugin": "wordcount/plugin"})
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte(strings.Repeat("The quick brown fox jumps over the lazy dog.\n", 100_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	got := run(t, filepath.Join(dir, "host"), "-plugin", filepath.Join(dir, "plugin"), text)
	first := regexp.MustCompile(`(?m)^ 1  the +200000 `)
	last := regexp.MustCompile(`(?m)^8 different words in 4\.5 MB, .* MB/s$`)
	if !first.MatchString(got) || !last.MatchString(got) {
		t.Errorf("it prints\n%s", got)
	}
	if got := run(t, filepath.Join(dir, "host"), "-plugin", filepath.Join(dir, "plugin"), "-size", "3"); !strings.Contains(got, "different words in 3.1 MB") {
		t.Errorf("it prints\n%s", got)
	}
}

func TestKV(t *testing.T) {
	dir := build(t, map[string]string{"host": "kv/host", "plugin": "kv/plugin"})
	data := filepath.Join(dir, "data")
	const imported = "imported 10 bytes\nimported 24 bytes\nimported 39 bytes\nimported 3 entries\n"
	const listed = "answer = 42\napple = red\napricot = orange\n"
	want := "there is no answer yet\nchanged: answer = 42\n" + imported + listed
	if got := run(t, filepath.Join(dir, "host"), "-plugin", filepath.Join(dir, "plugin"), "-data", data); got != want {
		t.Errorf("it prints\n%s\nand not\n%s", got, want)
	}
	want = "changed: answer = 42\n" + imported + listed // the answer is there already
	if got := run(t, filepath.Join(dir, "host"), "-plugin", filepath.Join(dir, "plugin"), "-data", data); got != want {
		t.Errorf("the second time it prints\n%s\nand not\n%s", got, want)
	}
}
