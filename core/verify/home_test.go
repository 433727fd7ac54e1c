//go:build unix && !aix && !solaris

package verify

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// Hosts that begin at the same moment look for what dead ones left, and take nothing of
// each other for that, whatever step another one is at.
func TestHostsBeginTogether(t *testing.T) {
	parent := t.TempDir()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				h, err := newHome(parent)
				if err != nil {
					t.Error(err)
					return
				}
				if h.gone() {
					t.Errorf("%s is not there any more", h.dir)
				}
				if err := h.remove(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if left, err := os.ReadDir(parent); err != nil || len(left) != 0 {
		t.Errorf("%d are left: %v", len(left), err)
	}
}

// A host that was killed before it had locked its directory leaves one that nobody locks.
// The name of the directory of all is no pattern.
func TestSweepOfUnlocked(t *testing.T) {
	parent := filepath.Join(t.TempDir(), "a[b]")
	old, young, full := filepath.Join(parent, homePrefix+"old"), filepath.Join(parent, homePrefix+"young"), filepath.Join(parent, homePrefix+"full")
	for _, dir := range []string{old, young, filepath.Join(full, "of something")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-2 * unlockedGrace)
	for _, dir := range []string{old, full} {
		if err := os.Chtimes(dir, long, long); err != nil {
			t.Fatal(err)
		}
	}
	sweep(parent)
	if _, err := os.Stat(old); err == nil {
		t.Error("what a dead host left is there")
	}
	for _, dir := range []string{young, full} {
		if _, err := os.Stat(dir); err != nil {
			t.Error(err)
		}
	}
}
