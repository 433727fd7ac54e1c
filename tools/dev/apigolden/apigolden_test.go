package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/tools/dev/internal/repo"
)

const source = `package x

import "io"

const Max uint8 = 3
const hidden = 4

var Err error

type Options struct {
	Size int
	io.Reader
	secret int
}

func (o *Options) Set(n int) error { return nil }
func (o Options) get() int         { return o.secret + hidden }

type Box[T any] struct{ V T }

func (Box[T]) Get() (v T) { return v }

type Doer interface {
	Do(name string) error
	sealed()
}

type Number interface{ ~int | ~float64 }

type Names []string

func (Names) Len() int { return 0 }

type Same = Names

func Map[T any, U any](in []T, f func(T) U) []U { return nil }

func helper() {}
`

const want = `package github.com/tenon-dev/tenon/core/x
const Max uint8 = 3
func Map[T, U any](in []T, f func(T) U) []U
func OnUnix() [linux darwin]
method (*Options) Set(n int) error
method (Box) Get() (v T)
method (Names) Len() int
method (Options) Read(p []byte) (n int, err error)
type Box struct, V T
type Box[T any] struct
type Doer interface
type Doer interface, Do(name string) error
type Doer interface, with unexported methods
type Names []string
type Number interface{~int | ~float64}
type Options struct
type Options struct, Size int
type Options struct, embeds io.Reader
type Options struct, with unexported fields
type Same = Names
var Err error
`

func fixture(t *testing.T, files map[string]string) []repo.Module {
	t.Helper()
	root := t.TempDir()
	files["go.work"] = "go 1.25.0\n\nuse ./core\n"
	files["core/go.mod"] = "module " + repo.Prefix + "core\n\ngo 1.25.0\n"
	for name, content := range files {
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
	return mods
}

func TestDescribe(t *testing.T) {
	mods := fixture(t, map[string]string{
		"core/x/x.go":          source,
		"core/x/unix.go":       "//go:build unix\n\npackage x\n\nfunc OnUnix() {}\n",
		"core/internal/y/y.go": "package y\n\nfunc F() {}\n",
		"core/cmd/main.go":     "package main\n\nfunc main() {}\n\nfunc F() {}\n",
	})
	got := make(map[string]string)
	if err := describeModule(got, mods[0], mods); err != nil {
		t.Fatal(err)
	}
	if names := slices.Collect(maps.Keys(got)); !slices.Equal(names, []string{"core/x/api.txt"}) {
		t.Errorf("files: %q", names)
	}
	if text := got["core/x/api.txt"]; text != want {
		t.Errorf("got:\n%s\ndifference:\n%s", text, compare(map[string]string{"": want}, map[string]string{"": text}))
	}
}

func TestBrokenPackageIsAnError(t *testing.T) {
	mods := fixture(t, map[string]string{"core/x/x.go": "package x\n\nvar V = missing\n"})
	if err := describeModule(make(map[string]string), mods[0], mods); err == nil || !strings.Contains(err.Error(), "missing") {
		t.Errorf("a package that does not compile: %v", err)
	}
}

func TestCompare(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "api")
	before := map[string]string{"a/api.txt": "func A()\nfunc B()\n", "gone/api.txt": "func G()\n"}
	if err := write(dir, before); err != nil {
		t.Fatal(err)
	}
	read1, err := read(dir)
	if err != nil || compare(read1, before) != "" {
		t.Fatalf("read what was written: %v, %s", err, compare(read1, before))
	}
	after := map[string]string{"a/api.txt": "func A(int)\nfunc B()\n", "new/api.txt": "func N()\n"}
	const diff = "a/api.txt\n- func A()\n+ func A(int)\ngone/api.txt\n- func G()\nnew/api.txt\n+ func N()\n"
	if got := compare(read1, after); got != diff {
		t.Errorf("difference:\n%swant:\n%s", got, diff)
	}
	if err := write(dir, after); err != nil {
		t.Fatal(err)
	}
	if read2, err := read(dir); err != nil || !maps.Equal(read2, after) {
		t.Errorf("after writing anew: %v, %v", read2, err)
	}
	if none, err := read(filepath.Join(dir, "nothing")); err != nil || len(none) != 0 {
		t.Errorf("a folder that is not there: %v, %v", none, err)
	}
}
