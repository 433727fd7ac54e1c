package examples

import (
	"context"
	"errors"
	"iter"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/discover"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/launch"
)

// A plugin that was written in Python, from the documents alone, serves a host in Go.
func TestOtherLanguage(t *testing.T) {
	needPython(t)
	const plugin = "other-language/plugin.py"
	file, err := discover.File(t.Context(), plugin, discover.Options{})
	if err != nil {
		t.Fatal(err)
	}
	client := tenon.NewClient(tenon.ClientConfig{Cookie: file.Description.Cookie, Launcher: launch.Command(plugin)})
	t.Cleanup(func() { client.Close() })
	var words struct {
		Longest func(ctx context.Context, words []string) (string, error)
		Join    func(ctx context.Context, words []string, between string) (string, error)
		Count   func(ctx context.Context, upto int) iter.Seq2[int, error]
		Wait    func(ctx context.Context, seconds float64) (string, error)
	}
	ctx := t.Context()
	if err := dynamic.Bind(ctx, client, "words", &words); err != nil {
		t.Fatal(err)
	}

	if w, err := words.Longest(ctx, []string{"a", "few", "wörds"}); w != "wörds" || err != nil {
		t.Errorf("got %q, %v", w, err)
	}
	if _, err := words.Longest(ctx, nil); !errors.Is(err, tenon.InvalidArgument) || !strings.Contains(err.Error(), "there are no words") {
		t.Errorf("the longest of no words: %v", err)
	}
	long := strings.Repeat("x", 1<<20)
	if w, err := words.Join(ctx, []string{long, long}, "-"); w != long+"-"+long || err != nil {
		t.Errorf("got %d bytes, %v", len(w), err)
	}

	sum := 0
	for n, err := range words.Count(ctx, 1000) {
		if err != nil {
			t.Fatal(err)
		}
		sum += n
	}
	if sum != 500500 {
		t.Errorf("the sum is %d", sum)
	}
	for n, err := range words.Count(ctx, 1<<40) {
		if err != nil || n == 3 {
			break
		}
	}

	short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	if _, err := words.Wait(short, 3600); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a wait that is too long: %v", err)
	}
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if got, err := words.Wait(ctx, 0.05); got != "waited" || err != nil {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
	all.Wait()
	if err := client.Stop(ctx); err != nil {
		t.Errorf("stop: %v", err)
	}
}

// A host that was written in Python, from the documents alone, uses a plugin in Go.
func TestOtherLanguageHost(t *testing.T) {
	needPython(t)
	dir := build(t, map[string]string{"plugin": "kv/plugin"})
	host := exec.CommandContext(t.Context(), "python3", "-B", "other-language/host.py", filepath.Join(dir, "plugin"), filepath.Join(t.TempDir(), "data"))
	out, err := host.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const want = `changed: answer=42
answer: 42
imported: {'Entries': 1000, 'Bytes': 11890} progress: True
listed: ['key0000', 'key0001', 'key0002', 'key0003', 'key0004', 'key0005', 'key0006', 'key0007', 'key0008', 'key0009']
failed: not_found ['not_exist']
exit: 0
`
	if string(out) != want {
		t.Errorf("it prints\n%s\nnot\n%s", out, want)
	}
}

// needPython skips a test where there is no Python with an empty environment, which is how a plugin is asked what it serves.
func needPython(t *testing.T) {
	t.Helper()
	if err := exec.Command("/usr/bin/env", "-i", "python3", "-c", "").Run(); err != nil {
		t.Skip("there is no python3 here, in which the example is written: env -i python3: ", err)
	}
}
