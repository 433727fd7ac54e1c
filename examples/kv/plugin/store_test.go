package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/tenontest"
	"github.com/tenon-dev/tenon/examples/kv/kv"
)

type watcher []string

func (w *watcher) Changed(_ context.Context, key string, value []byte) error {
	*w = append(*w, fmt.Sprintf("%s=%s", key, value))
	return nil
}

// TestStore runs the whole stack in this process.
func TestStore(t *testing.T) {
	ctx := t.Context()
	client := tenontest.Serve(t, tenon.Services{"kv": kv.StoreService(NewFileStore)})
	path := filepath.Join(t.TempDir(), "data")
	store, err := kv.DispenseStore(ctx, client, "kv", kv.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Get(ctx, "nothing"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Get of nothing: %v", err)
	}
	var seen watcher
	watching, err := store.Watch(ctx, "b", &seen)
	if err != nil {
		t.Fatal(err)
	}
	var last int64
	stats, err := store.Import(ctx, strings.NewReader("a=1\nb=2\nbb=3\n"), func(n int64) { last = n })
	if err != nil || stats != (kv.Stats{Entries: 3, Bytes: 13}) || last != 13 {
		t.Errorf("Import: %+v, %v, after %d", stats, err, last)
	}
	if err := watching.Close(); err != nil {
		t.Error(err)
	}
	if err := store.Put(ctx, "b", []byte("4")); err != nil {
		t.Error(err)
	}
	if fmt.Sprint(seen) != "[b=2 bb=3]" {
		t.Errorf("seen: %v", seen)
	}
	if _, err := store.Import(ctx, strings.NewReader("nonsense"), func(int64) {}); !errors.Is(err, tenon.InvalidArgument) {
		t.Errorf("Import of nonsense: %v", err)
	}
	store.Close()

	again, err := kv.DispenseStore(ctx, client, "kv", kv.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	var all []string
	for e, err := range again.List(ctx, "b") {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprintf("%s=%s", e.Key, e.Value))
	}
	if fmt.Sprint(all) != "[b=4 bb=3]" {
		t.Errorf("List: %v", all)
	}
	if _, err := kv.DispenseStore(ctx, client, "kv", kv.Config{Path: filepath.Join(path, "below a file")}); err == nil {
		t.Error("a store below a file")
	}
}
