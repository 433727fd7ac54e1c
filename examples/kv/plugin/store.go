package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/examples/kv/kv"
)

// A FileStore keeps values in memory, and in a file to which each change is appended.
type FileStore struct {
	mu       sync.Mutex
	file     *os.File
	values   map[string][]byte
	watchers map[*watch]bool
}

var _ kv.Store = (*FileStore)(nil)

// NewFileStore opens the store in a file, which it makes if it is not there. The
// engine closes it when the host has released it.
func NewFileStore(_ context.Context, cfg kv.Config) (*FileStore, error) {
	file, err := os.OpenFile(cfg.Path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	s := &FileStore{file: file, values: map[string][]byte{}, watchers: map[*watch]bool{}}
	for dec := json.NewDecoder(file); ; {
		var e kv.Entry
		err := dec.Decode(&e)
		if err == io.EOF {
			return s, nil
		}
		if err != nil {
			file.Close()
			return nil, tenon.Errorf(tenon.DataLoss, "read %s: %w", cfg.Path, err)
		}
		s.values[e.Key] = e.Value
	}
}

// Close implements [io.Closer].
func (s *FileStore) Close() error { return s.file.Close() }

// Get implements [kv.Store].
func (s *FileStore) Get(_ context.Context, key string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	value, ok := s.values[key]
	if !ok {
		return nil, fmt.Errorf("get %q: %w", key, fs.ErrNotExist)
	}
	return value, nil
}

// Put implements [kv.Store].
func (s *FileStore) Put(ctx context.Context, key string, value []byte) error {
	watchers, err := s.set(kv.Entry{Key: key, Value: value})
	if err != nil {
		return err
	}
	for _, w := range watchers {
		err = errors.Join(err, w.to.Changed(ctx, key, value))
	}
	return err
}

// set changes a value, and returns who watches it.
func (s *FileStore) set(e kv.Entry) ([]*watch, error) {
	line, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.file.Write(append(line, '\n')); err != nil {
		return nil, err
	}
	s.values[e.Key] = e.Value
	var watchers []*watch
	for w := range s.watchers {
		if strings.HasPrefix(e.Key, w.prefix) {
			watchers = append(watchers, w)
		}
	}
	return watchers, nil
}

// List implements [kv.Store]. What changes meanwhile may be seen or not.
func (s *FileStore) List(ctx context.Context, prefix string) iter.Seq2[kv.Entry, error] {
	return func(yield func(kv.Entry, error) bool) {
		s.mu.Lock()
		keys := slices.Sorted(maps.Keys(s.values))
		s.mu.Unlock()
		for _, key := range keys {
			if !strings.HasPrefix(key, prefix) {
				continue
			}
			value, err := s.Get(ctx, key)
			if !yield(kv.Entry{Key: key, Value: value}, err) || err != nil {
				return
			}
		}
	}
}

// Import implements [kv.Store].
func (s *FileStore) Import(ctx context.Context, r io.Reader, progress func(n int64)) (kv.Stats, error) {
	var stats kv.Stats
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		key, value, ok := strings.Cut(lines.Text(), "=")
		if !ok {
			return stats, tenon.Errorf(tenon.InvalidArgument, "line %d has no =: %q", stats.Entries+1, lines.Text())
		}
		if err := s.Put(ctx, key, []byte(value)); err != nil {
			return stats, err
		}
		stats.Entries++
		stats.Bytes += int64(len(lines.Bytes())) + 1
		progress(stats.Bytes)
	}
	return stats, lines.Err()
}

// Watch implements [kv.Store].
func (s *FileStore) Watch(_ context.Context, prefix string, to kv.Watcher) (io.Closer, error) {
	w := &watch{store: s, prefix: prefix, to: to}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watchers[w] = true
	return w, nil
}

// A watch is one watcher, until it is closed.
type watch struct {
	store  *FileStore
	prefix string
	to     kv.Watcher
}

// Close implements [io.Closer].
func (w *watch) Close() error {
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	delete(w.store.watchers, w)
	return nil
}
