//go:build unix

package discover

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/launch"
)

type greeter struct{}

func (greeter) Greet(name string) string { return "hello, " + name }

// Copies of the test binary are plugins by their names, since they are asked in an
// empty environment: tool-good-1.2.0 is the plugin good of that release.
func TestMain(m *testing.M) {
	if slices.Contains(os.Args, "--describe") {
		play(filepath.Base(os.Args[0]))
	}
	os.Exit(m.Run())
}

func play(name string) {
	what, release, _ := strings.Cut(strings.TrimPrefix(name, "tool-"), "-")
	for _, entry := range os.Environ() {
		fmt.Println("the environment has", entry)
	}
	switch what {
	case "slow":
		time.Sleep(time.Minute)
	case "garbage":
		fmt.Println("hello")
		os.Exit(0)
	case "endless":
		for {
			fmt.Print(strings.Repeat("x", 1<<20))
		}
	case "broken":
		fmt.Fprintln(os.Stderr, "no license")
		os.Exit(3)
	}
	services := tenon.Services{"greeter": dynamic.Service(greeter{})}
	versions := map[int]tenon.Services{1: services}
	if what == "new" {
		versions = map[int]tenon.Services{2: services}
		what = "good"
	}
	tenon.Main(tenon.ServeConfig{
		Cookie: tenon.Cookie{Key: "DISCOVER_TEST", Value: "x"}, Versions: versions, Name: what, Release: release,
	})
}

// tool copies the test binary, with something at its end that makes it another file.
func tool(t *testing.T, dir, name string) string {
	t.Helper()
	src, err := os.Open(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	path := filepath.Join(dir, name)
	dst, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o755)
	if err == nil {
		if _, err = io.Copy(dst, src); err == nil {
			_, err = dst.WriteString(name)
		}
		dst.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func find(t *testing.T, opts Options) (plugins []Plugin, errs []error) {
	t.Helper()
	if opts.CacheDir == "" {
		opts.NoCache = true
	}
	for p, err := range Find(t.Context(), opts) {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		plugins = append(plugins, p)
	}
	return plugins, errs
}

func TestFind(t *testing.T) {
	leak.Check(t)
	first, second := t.TempDir(), t.TempDir()
	good := tool(t, first, "tool-good-1.2.0")
	tool(t, first, "other-good-9.0.0")                                                                   // another pattern
	os.WriteFile(filepath.Join(first, "tool-script"), []byte("#!/bin/sh\ntouch "+first+"/ran\n"), 0o755) // no mark
	os.Chmod(tool(t, first, "tool-good-3.0.0"), 0o644)                                                   // not executable
	os.Mkdir(filepath.Join(first, "tool-dir"), 0o755)
	newer := tool(t, second, "tool-good-1.10.0")
	os.Symlink(newer, filepath.Join(second, "tool-good-link"))

	plugins, errs := find(t, Options{Dirs: []string{first, second, first, filepath.Join(first, "missing")}, Pattern: "tool-*"})
	if len(errs) != 0 {
		t.Errorf("errors: %v", errs)
	}
	var paths []string
	for _, p := range plugins {
		paths = append(paths, p.Path)
	}
	if want := []string{good, newer, filepath.Join(second, "tool-good-link")}; !slices.Equal(paths, want) {
		t.Fatalf("found %q, want %q", paths, want)
	}
	p := plugins[0]
	content, _ := os.ReadFile(good)
	if d := p.Description; d.Name != "good" || d.Release != "1.2.0" || d.Catalogues[1].Services[0].Methods[0].Name != "Greet" || p.Sum != sha256.Sum256(content) {
		t.Errorf("found %+v", p)
	}
	if _, err := os.Stat(filepath.Join(first, "ran")); err == nil {
		t.Error("a file without the mark was run")
	}
}

func TestFindWhatIsWrong(t *testing.T) {
	leak.Check(t)
	dir := t.TempDir()
	for _, name := range []string{"tool-broken-1", "tool-endless-1", "tool-garbage-1", "tool-good-1.0.0"} {
		tool(t, dir, name)
	}
	plugins, errs := find(t, Options{Dirs: []string{dir}, Timeout: time.Minute})
	if len(plugins) != 1 || len(errs) != 3 {
		t.Fatalf("found %d, and %v", len(plugins), errs)
	}
	for i, want := range []string{`ended with exit code 3, and said "no license`, "printed more than", "is not understood"} {
		var e *Error
		if !errors.As(errs[i], &e) || !errors.Is(e, ErrDescribe) || !strings.Contains(e.Error(), want) || filepath.Dir(e.Path) != dir {
			t.Errorf("got %v, which does not say %q", errs[i], want)
		}
	}
	slow := t.TempDir()
	tool(t, slow, "tool-slow-1")
	for _, limit := range []time.Duration{time.Nanosecond, 50 * time.Millisecond} { // the first is over before it runs
		_, errs = find(t, Options{Dirs: []string{slow}, Timeout: limit})
		if len(errs) != 1 || !errors.Is(errs[0], context.DeadlineExceeded) || !errors.Is(errs[0], ErrDescribe) || !strings.Contains(errs[0].Error(), "longer than "+limit.String()) {
			t.Errorf("too slow: %v", errs)
		}
	}
	if _, errs := find(t, Options{Dirs: []string{dir}, Pattern: "["}); len(errs) != 1 || !errors.Is(errs[0], filepath.ErrBadPattern) {
		t.Errorf("a bad pattern: %v", errs)
	}
}

// What is not verified is not run.
func TestFindVerifies(t *testing.T) {
	dir := t.TempDir()
	good, bad := tool(t, dir, "tool-good-1.0.0"), tool(t, dir, "tool-slow-1")
	no := errors.New("not on the list")
	plugins, errs := find(t, Options{Dirs: []string{dir}, Verify: func(path string, sum [sha256.Size]byte) error {
		content, _ := os.ReadFile(path)
		if path == bad || sum != sha256.Sum256(content) {
			return no
		}
		return nil
	}})
	if len(plugins) != 1 || plugins[0].Path != good || len(errs) != 1 || !errors.Is(errs[0], no) {
		t.Errorf("found %+v, %v", plugins, errs)
	}
}

// Nor is what was put in its place afterwards.
func TestFindRunsWhatItVerified(t *testing.T) {
	dir := t.TempDir()
	good := tool(t, dir, "tool-good-1.0.0")
	plugins, errs := find(t, Options{Dirs: []string{dir}, Verify: func(path string, _ [sha256.Size]byte) error {
		os.WriteFile(dir+"/evil", []byte("#!/bin/sh\ntouch "+dir+"/ran\n"), 0o755)
		return os.Rename(dir+"/evil", good)
	}})
	if len(plugins) != 0 || len(errs) != 1 || !strings.Contains(errs[0].Error(), "did not pass its verification") {
		t.Errorf("found %+v, %v", plugins, errs)
	}
	if _, err := os.Stat(dir + "/ran"); err == nil {
		t.Error("what was not verified ran")
	}
}

func TestFindCaches(t *testing.T) {
	dir, cached := t.TempDir(), filepath.Join(t.TempDir(), "cache")
	tool(t, dir, "tool-good-1.0.0")
	opts := Options{Dirs: []string{dir}, CacheDir: cached}
	first, errs := find(t, opts)
	if len(first) != 1 || errs != nil {
		t.Fatalf("%+v, %v", first, errs)
	}
	files, _ := os.ReadDir(cached)
	if len(files) != 1 {
		t.Fatalf("the cache holds %v", files)
	}
	entry := filepath.Join(cached, files[0].Name())
	b, _ := os.ReadFile(entry)
	os.WriteFile(entry, []byte(strings.Replace(string(b), "1.0.0", "6.6.6", 1)), 0o600) // to see that it is used
	if again, _ := find(t, opts); len(again) != 1 || again[0].Description.Release != "6.6.6" {
		t.Errorf("the cache was not used: %+v", again)
	}
	os.WriteFile(entry, []byte("{"), 0o600)
	if again, _ := find(t, opts); len(again) != 1 || again[0].Description.Release != "1.0.0" {
		t.Errorf("a broken entry: %+v", again)
	}
	// Another content is another file.
	os.Rename(tool(t, dir, "tool-good-2.0.0"), filepath.Join(dir, "tool-good-1.0.0"))
	if again, _ := find(t, opts); len(again) != 1 || again[0].Sum == first[0].Sum {
		t.Errorf("a file that was replaced: %+v", again)
	}
}

func TestFindIsCanceled(t *testing.T) {
	leak.Check(t)
	dir := t.TempDir()
	tool(t, dir, "tool-slow-1")
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	var last error
	for _, err := range Find(ctx, Options{Dirs: []string{dir}, NoCache: true}) {
		last = err
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("got %v", last)
	}
}

func TestNewest(t *testing.T) {
	p := func(name, release string, versions ...int) Plugin {
		return Plugin{Path: name + "-" + release, Description: tenon.Description{Name: name, Release: release, Versions: versions}}
	}
	all := []Plugin{p("b", "1.2.0", 1), p("a", "1.10.0", 1), p("a", "1.9.0", 1, 2), p("a", "2.0.0", 3), p("a", "nightly", 1), p("b", "1.2.0", 1, 2)}
	all[5].Path = "second"
	paths := func(list []Plugin) (s string) {
		for _, p := range list {
			s += p.Path + " "
		}
		return s
	}
	for want, versions := range map[string][]int{"a-2.0.0 b-1.2.0 ": nil, "a-1.10.0 b-1.2.0 ": {1}, "a-1.9.0 second ": {2}, "": {9}} {
		if got := paths(Newest(all, versions...)); got != want {
			t.Errorf("versions %v: %q, want %q", versions, got, want)
		}
	}
}

// The mark is found wherever it stands between two pieces.
func TestMarker(t *testing.T) {
	text := append(append([]byte("before "), mark...), " after"...)
	for size := 1; size <= len(text); size++ {
		m := &marker{}
		for piece := range slices.Chunk(text, size) {
			m.look(piece)
		}
		if !m.found {
			t.Errorf("not found in pieces of %d", size)
		}
		m = &marker{}
		for piece := range slices.Chunk(text[:len(text)-7], size) {
			m.look(piece)
		}
		if m.found {
			t.Errorf("found what is cut off, in pieces of %d", size)
		}
	}
}

// A host that looks for plugins is none.
func TestHostsBearNoMark(t *testing.T) {
	if strings.Contains(launch.LinkEnv, string(mark)) || len(mark) < 32 {
		t.Errorf("the mark is %q", mark)
	}
}

// The order of https://semver.org, and of what is no version.
func TestReleases(t *testing.T) {
	ordered := []string{
		"", "nightly", "01.2.3", "1..2",
		"0.9", "v1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
		"v1.0.0", "1.0.1", "1.2", "1.10.0", "2.0.0", "2.0.18446744073709551616", "10.0.0",
	}
	slices.SortFunc(ordered[:4], strings.Compare)
	for i, a := range ordered {
		for j, b := range ordered {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got := compareReleases(a, b); got != want {
				t.Errorf("%q against %q: %d, want %d", a, b, got, want)
			}
		}
	}
	for a, b := range map[string]string{"1.0.0+x": "1.0.0+y", "v1": "1.0.0", "1.2": "1.2.0"} {
		if compareReleases(a, b) != 0 {
			t.Errorf("%q is not %q", a, b)
		}
	}
}

func FuzzReleases(f *testing.F) {
	f.Add("1.0.0", "v1.0.0-rc.1", "x")
	f.Add("1.0.0-0", "1.0.0--", "1.0.0-a.1")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		if compareReleases(a, b) != -compareReleases(b, a) || compareReleases(a, a) != 0 {
			t.Fatalf("%q and %q", a, b)
		}
		if compareReleases(a, b) <= 0 && compareReleases(b, c) <= 0 && compareReleases(a, c) > 0 {
			t.Fatalf("%q, %q, %q", a, b, c)
		}
	})
}

func TestFile(t *testing.T) {
	leak.Check(t)
	dir := t.TempDir()
	good := tool(t, dir, "tool-good-1.2.0")
	p, err := File(t.Context(), good, Options{NoCache: true})
	if err != nil || p.Description.Name != "good" || p.Description.Cookie.Key != "DISCOVER_TEST" {
		t.Errorf("%+v, %v", p.Description, err)
	}
	text := filepath.Join(dir, "text")
	script := filepath.Join(dir, "script")
	if err := errors.Join(os.WriteFile(text, []byte("hello"), 0o644), os.WriteFile(script, []byte("#!/bin/sh\nexit 1\n"), 0o755)); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{
		filepath.Join(dir, "none"): os.ErrNotExist, text: ErrNoPlugin, script: ErrNoPlugin, dir: ErrNoPlugin,
		tool(t, dir, "tool-broken"): ErrDescribe,
	} {
		var located *Error
		if _, err := File(t.Context(), path, Options{NoCache: true}); !errors.Is(err, want) || !errors.As(err, &located) || located.Path != path {
			t.Errorf("%s: %v, which is not %v", path, err, want)
		}
	}
	var start *launch.StartError
	if _, err := File(t.Context(), text, Options{NoCache: true}); !errors.As(err, &start) {
		t.Errorf("a file that cannot run: %v", err)
	}
}

// A file in the working directory is that one, and not what PATH has of its name.
func TestFindHere(t *testing.T) {
	leak.Check(t)
	dir := t.TempDir()
	tool(t, dir, "tool-good-1.2.0")
	t.Chdir(dir)
	t.Setenv("PATH", "")
	for _, here := range []string{".", dir} {
		found, errs := find(t, Options{Dirs: []string{here}})
		if len(found) != 1 || errs != nil {
			t.Errorf("in %q: %+v, %v", here, found, errs)
		} else if p, err := launch.Command(found[0].Path, launch.Args("--version")).Launch(t.Context(), launch.Request{}); err != nil {
			t.Errorf("in %q: %v", here, err)
		} else {
			<-p.Done()
		}
	}
	if p, err := File(t.Context(), "tool-good-1.2.0", Options{NoCache: true}); err != nil || p.Path != "."+string(filepath.Separator)+"tool-good-1.2.0" {
		t.Errorf("%+v, %v", p, err)
	}
}
