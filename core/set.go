package tenon

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
)

// A Set is many plugins that are started and stopped together. Its zero value is
// empty and ready to use; it must not be copied. All methods may be called
// concurrently.
type Set struct {
	// AtOnce is how many plugins are started at a time. Default: 8.
	AtOnce int

	mu      sync.Mutex
	names   []string // in the order in which they were added
	clients map[string]*Client
}

const defaultAtOnce = 8

// Add adds a plugin under a name of its own. The set then closes the client with
// the others.
func (s *Set) Add(name string, client *Client) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, twice := s.clients[name]; twice {
		return fmt.Errorf("tenon: a plugin named %q is in the set already", name)
	}
	if client == nil {
		return fmt.Errorf("tenon: no client was given for the plugin named %q", name)
	}
	if s.clients == nil {
		s.clients = map[string]*Client{}
	}
	s.names = append(s.names, name)
	s.clients[name] = client
	return nil
}

// Get returns the plugin of that name, nil where there is none.
func (s *Set) Get(name string) *Client {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clients[name]
}

// All returns the plugins by name, in the order in which they were added. What is
// added meanwhile is left out.
func (s *Set) All() iter.Seq2[string, *Client] {
	s.mu.Lock()
	names := slices.Clone(s.names)
	s.mu.Unlock()
	return func(yield func(string, *Client) bool) {
		for _, name := range names {
			if !yield(name, s.Get(name)) {
				return
			}
		}
	}
}

// Start starts every plugin that does not run, [Set.AtOnce] at a time, and waits
// for all of them. Those that start stay started when others do not. The error
// joins a [*SetError] for each failure.
func (s *Set) Start(ctx context.Context) error {
	return s.each(s.atOnce(), func(c *Client) error { return c.Start(ctx) })
}

// Close stops every plugin, all at a time, and waits for all of them; see
// [Client.Close].
func (s *Set) Close() error { return s.each(0, (*Client).Close) }

// Stop is Close within ctx; see [Client.Stop].
func (s *Set) Stop(ctx context.Context) error {
	return s.each(0, func(c *Client) error { return c.Stop(ctx) })
}

func (s *Set) atOnce() int {
	if s.AtOnce > 0 {
		return s.AtOnce
	}
	return defaultAtOnce
}

// each does something with every plugin, so many at a time, 0 for all.
func (s *Set) each(atOnce int, do func(*Client) error) error {
	var slots chan struct{}
	if atOnce > 0 {
		slots = make(chan struct{}, atOnce)
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	failed := map[string]error{}
	var names []string
	for name, client := range s.All() {
		names = append(names, name)
		if slots != nil {
			slots <- struct{}{}
		}
		all.Add(1)
		go func() {
			defer all.Done()
			if err := do(client); err != nil {
				mu.Lock()
				failed[name] = err
				mu.Unlock()
			}
			if slots != nil {
				<-slots
			}
		}()
	}
	all.Wait()
	var errs []error
	for _, name := range names {
		if err := failed[name]; err != nil {
			errs = append(errs, &SetError{Name: name, Err: err})
		}
	}
	return errors.Join(errs...)
}

// A SetError says which plugin of a [Set] failed.
type SetError struct {
	Name string // under which it was added
	Err  error  // how it failed
}

// Error returns "name: how it failed".
func (e *SetError) Error() string { return e.Name + ": " + e.Err.Error() }

// Unwrap returns how it failed.
func (e *SetError) Unwrap() error { return e.Err }
