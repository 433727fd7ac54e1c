package main

import (
	stdcontext "context"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"strings"
	"sync"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
)

type context = stdcontext.Context

type base struct{ ID int }

// An Entry is a value with what is known of it.
type Entry struct {
	Base    *base         `json:"-"`
	Key     string        `json:"key"`
	Size    uint8         `json:"size"`
	Value   []byte        `json:"value"`
	Expires time.Duration `json:"expires,omitempty"`
	Tags    []string      `json:"tags"`
	More    map[int]Meta  `json:"more"`
	Meta
}

// Meta stands in every Entry.
type Meta struct {
	Owner string    `json:"owned_by"`
	When  time.Time `json:"when"`
}

type store struct {
	mu     sync.Mutex
	values map[string][]byte
}

func newStore() *store { return &store{values: map[string][]byte{"answer": []byte("42")}} }

func (s *store) Get(key string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.values[key]
	if !ok {
		return nil, fmt.Errorf("no key %q: %w", key, fs.ErrNotExist)
	}
	return v, nil
}

func (s *store) Put(key string, value []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values[key] = value
	return nil
}

func (s *store) Echo(e Entry) Entry         { return e }
func (s *store) Ping() string               { return "pong" }
func (s *store) Negate(n int) int           { return -n }
func (s *store) Crash(code int)             { os.Exit(code) }
func (s *store) Evil() string               { return "\x1b[31m\u009b\u202e\x7f" }
func (s *store) Fail(text string) error     { return tenon.Errorf(tenon.PermissionDenied, "%s", text) }
func (s *store) Each(fn func(string)) error { fn("x"); return nil }
func (s *store) Wait(ctx context) error {
	fmt.Fprintln(os.Stderr, "waiting")
	<-ctx.Done()
	return ctx.Err()
}
func (s *store) Who(ctx context) string { return tenon.MetadataFrom(ctx)["tenant"] }
func (s *store) Panic() string          { panic("a bug") }

func (s *store) List(prefix string) iter.Seq2[Meta, error] {
	return func(yield func(Meta, error) bool) {
		for i := range 3 {
			if !yield(Meta{Owner: fmt.Sprint(prefix, i)}, nil) {
				return
			}
		}
	}
}

func (s *store) Sum(values iter.Seq2[int, error]) (int, error) {
	sum := 0
	for v, err := range values {
		if err != nil {
			return 0, err
		}
		sum += v
	}
	return sum, nil
}

func (s *store) Double(values iter.Seq2[int, error]) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for v, err := range values {
			if v == 13 {
				os.Exit(13)
			}
			if !yield(2*v, err) {
				return
			}
		}
	}
}

// nextStore is the store of a later release: Ping is gone, Negate takes less.
type nextStore struct{ s *store }

func (n nextStore) Get(key string) (string, error)      { return "", nil }
func (n nextStore) Put(key string, value []byte) error  { return n.s.Put(key, value) }
func (n nextStore) Echo(e Entry) Entry                  { return e }
func (n nextStore) Negate(v int8) int                   { return -int(v) }
func (n nextStore) Watch(prefix string) (string, error) { return prefix, nil }

type filesConfig struct {
	Root string `json:"root"`
}

type files struct{ cfg filesConfig }

func (f *files) Root() string { return f.cfg.Root }

func (f *files) Open(name string) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader("content of " + f.cfg.Root + name)), nil
}

func (f *files) Upper(r io.Reader, w io.Writer) (int, error) {
	b, err := io.ReadAll(r)
	if err == nil {
		_, err = io.WriteString(w, strings.ToUpper(string(b)))
	}
	return len(b), err
}
