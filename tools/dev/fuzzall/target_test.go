package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/tools/dev/internal/repo"
)

const fixture = `package x

import "testing"

func FuzzGood(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) {})
}

func FuzzBad(f *testing.F) {
	f.Add([]byte("seed"))
	f.Fuzz(func(t *testing.T, b []byte) { t.Error("found") })
}

func fuzzHelper(f *testing.F) {}

type s struct{}

func (s) FuzzMethod(f *testing.F) {}
`

func TestFindAndRun(t *testing.T) {
	root := t.TempDir()
	for name, content := range map[string]string{
		"go.work":               "go 1.25.0\n\nuse ./core\n",
		"core/go.mod":           "module " + repo.Prefix + "core\n\ngo 1.25.0\n",
		"core/x_test.go":        fixture,
		"core/in/ner/y_test.go": strings.Replace(fixture, "Good", "Deep", 1),
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	mods, err := repo.Modules(root)
	if err != nil {
		t.Fatal(err)
	}
	targets, err := find(root, []string{"core/in/ner/y_test.go", "core/x_test.go"}, mods)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, tg := range targets {
		got = append(got, tg.String())
	}
	want := []string{"core/in/ner FuzzDeep", "core/in/ner FuzzBad", "core FuzzGood", "core FuzzBad"}
	if !slices.Equal(got, want) {
		t.Fatalf("targets: %q, want %q", got, want)
	}
	for _, tg := range targets {
		var out bytes.Buffer
		err := run(&out, tg, mods, "1x", 1)
		if bad := tg.name == "FuzzBad"; (err != nil) != bad {
			t.Errorf("%s: %v\n%s", tg, err, &out)
		}
	}
}

// Inputs of all lengths are kept, but for very long ones.
func TestSpread(t *testing.T) {
	dir := t.TempDir()
	for i := range 10 {
		if err := os.WriteFile(filepath.Join(dir, string(rune('a'+i))), make([]byte, 1000*i), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for n, want := range map[int]string{0: "", 1: "a", 2: "ac", 100: "abcde"} {
		names, err := spread(dir, n)
		if got := strings.Join(names, ""); err != nil || got != want {
			t.Errorf("%d: %q, %v, want %q", n, got, err, want)
		}
	}
	if names, err := spread(dir+"/none", 3); names != nil || err != nil {
		t.Error(names, err)
	}
}

func TestFuzzNames(t *testing.T) {
	for name, want := range map[string]bool{"Fuzz": true, "FuzzX": true, "Fuzz_x": true, "Fuzzy": false, "Test": false} {
		if got := isFuzzName(name); got != want {
			t.Errorf("isFuzzName(%q) = %v", name, got)
		}
	}
	if _, err := fuzzFuncs("x_test.go", []byte("package")); err == nil {
		t.Error("a file that does not parse: no error")
	}
}

// Only the end of the time is no failure.
func TestTimeEnded(t *testing.T) {
	ended := "fuzz: elapsed: 10s, execs: 9 (1/sec)\n--- FAIL: FuzzX (10.04s)\n    context deadline exceeded\nFAIL\nexit status 1\nFAIL\tx\t10.055s\n"
	for said, want := range map[string]bool{
		ended:                  true,
		"PASS\nok  \tx\t10s\n": false,
		"--- FAIL: FuzzX (3.96s)\n    --- FAIL: FuzzX (0.00s)\n        x_test.go:9: context deadline exceeded\n    \n    Failing input written to testdata/fuzz/FuzzX/1\nFAIL\n": false,
		"--- FAIL: FuzzX (10.04s)\n    fuzzing process hung or terminated unexpectedly\nFAIL\n":                                                                                  false,
		ended + "--- FAIL: FuzzY (1s)\n": false,
	} {
		if got := onlyTimeEnded(said); got != want {
			t.Errorf("%q: %v", said, got)
		}
	}
}
