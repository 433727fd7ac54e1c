package verify

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/tenon-dev/tenon/core/launch"
)

// A Store keeps private copies of verified files by their hashes, so that each is kept
// once however many plugins run it. The zero value is ready; it makes its directory when
// it is first needed. All methods may be called concurrently.
type Store struct {
	// Dir is where the store makes its own directory, of mode 0700. It must be on a file
	// system from which programs may be executed. Default: [os.TempDir]. Not to be
	// changed once the store was used.
	//
	// Starts fail when another user could put something in the place of what is there: Dir
	// and all directories above it must belong to this user or to root, and must not be
	// writable by others, unless they have the sticky bit, as /tmp has, or are below one
	// that only this user may enter. (On Unix systems.)
	Dir string

	// MaxSize is how large a file may be, in bytes. Default: [DefaultMaxSize]. Not to be
	// changed once the store was used.
	MaxSize int64

	transient bool // a copy that nobody runs is removed

	mu     sync.Mutex
	home   *home // nil until it is needed
	copies map[[sha256.Size]byte]*kept
	closed bool
}

// kept is one copy.
type kept struct {
	fresh
	uses    int  // starts and processes
	spoiled bool // it is no longer among the copies
}

// With returns the option that starts a plugin only when v has nothing against its file,
// from a copy in the store.
func (s *Store) With(v Verifier) launch.Option {
	return launch.Prepare(func(ctx context.Context, path string) (string, func(), error) {
		return s.prepare(ctx, v, path)
	})
}

// ErrClosed is matched by the error of a start from a store that was closed.
var ErrClosed = errors.New("the store of verified files is closed")

// prepare returns the path of a verified copy of the file at path.
func (s *Store) prepare(ctx context.Context, v Verifier, path string) (string, func(), error) {
	c, err := s.admit(ctx, v, path)
	if err != nil {
		return "", nil, refused(path, err)
	}
	return c.path, func() { s.release(c) }, nil
}

// admit copies the file at path, asks v about the copy, and keeps it.
func (s *Store) admit(ctx context.Context, v Verifier, path string) (*kept, error) {
	home, err := s.open()
	if err != nil {
		return nil, err
	}
	defer s.leave()
	c := s.known(ctx, path)
	if c == nil {
		fresh, err := home.copyIn(ctx, path, s.maxSize())
		if err != nil {
			return nil, err
		}
		c = s.take(fresh)
	}
	err = v.Verify(ctx, Candidate{Path: path, Copy: c.path, Size: c.size, Sum: c.sum})
	if err != nil {
		s.release(c)
		return nil, &refusal{err}
	}
	return c, nil
}

// open returns the directory, which stays as long as something uses it. leave is called
// after it.
func (s *Store) open() (*home, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, ErrClosed
	}
	if s.home != nil && s.home.uses == 0 && s.home.gone() {
		s.home.remove() // what is left of it; an error is that nothing is
		s.home = nil
	}
	if s.home == nil {
		h, err := newHome(s.Dir)
		if err != nil {
			return nil, err
		}
		s.home = h
		if s.copies == nil {
			s.copies = map[[sha256.Size]byte]*kept{}
		}
	}
	s.home.uses++
	return s.home, nil
}

func (s *Store) maxSize() int64 {
	if s.MaxSize <= 0 {
		return DefaultMaxSize
	}
	return s.MaxSize
}

func (s *Store) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.home.uses--
	s.tidy()
}

// known returns the copy that has the content of the file at path now, nil where there
// is none. Reading a file is quicker than copying it, and whatever happens to it later,
// the copy runs. That is read as well: since it was made, whoever runs as the same user
// may have written to it, and the system may have removed what is old in its directory of
// temporary files.
func (s *Store) known(ctx context.Context, path string) *kept {
	s.mu.Lock()
	some := len(s.copies) > 0
	s.mu.Unlock()
	if !some {
		return nil
	}
	src, err := openPlugin(ctx, path, s.maxSize())
	if err != nil {
		return nil // copying it says why
	}
	defer src.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, src); err != nil {
		return nil
	}
	s.mu.Lock()
	c := s.copies[[sha256.Size]byte(hash.Sum(nil))]
	if c != nil {
		c.uses++
	}
	s.mu.Unlock()
	if c == nil || c.intact(ctx) {
		return c
	}
	s.spoil(c)
	return nil
}

// spoil gives up a copy that is not what it was, which the caller has a use of. What runs
// it may go on.
func (s *Store) spoil(c *kept) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.spoiled = true
	if s.copies[c.sum] == c {
		delete(s.copies, c.sum)
	}
	s.unuse(c)
}

// take keeps a fresh copy, or the one of the same content that is there already.
func (s *Store) take(fresh fresh) *kept {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.copies[fresh.sum]
	if c == nil {
		c = &kept{fresh: fresh}
		s.copies[fresh.sum] = c
	} else {
		fresh.remove()
	}
	c.uses++
	return c
}

func (s *Store) release(c *kept) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unuse(c)
	s.tidy()
}

// unuse gives back a use. Called with mu held.
func (s *Store) unuse(c *kept) {
	if c.uses--; c.uses == 0 && c.spoiled {
		c.remove() // with what is in its place; what stays goes with the directory of all
	}
}

// tidy removes what is not needed. Called with mu held.
func (s *Store) tidy() error {
	if !s.transient && !s.closed || s.home == nil {
		return nil
	}
	var errs []error
	for sum, c := range s.copies {
		if c.uses == 0 {
			errs = append(errs, c.remove())
			delete(s.copies, sum)
		}
	}
	if s.home.uses == 0 && len(s.copies) == 0 {
		errs = append(errs, s.home.remove())
		s.home = nil
	}
	return errors.Join(errs...)
}

// Close removes the copies that no process runs, and the others when their processes
// have ended. Starts fail from now on.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if err := s.tidy(); err != nil {
		return fmt.Errorf("verify: close the store: %w", err)
	}
	return nil
}

// refusal marks the word of a Verifier.
type refusal struct{ err error }

func (r *refusal) Error() string { return r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

// refused explains why the file at path was not run.
func refused(path string, err error) error {
	e := &launch.StartError{Path: path, Err: err}
	var word *refusal
	var home *homeError
	switch {
	case errors.As(err, &word):
		e.Found = "it was not run, since it did not pass its verification: " + word.Error()
		e.Hint = "install the file that was meant, or correct what is expected of it"
		e.Err = word.err
	case errors.As(err, &home):
		e.Found = "it was not run, since there is no place for its verified copy: " + home.err.Error()
		e.Hint = "TMPDIR, or Store.Dir, names that place"
	case errors.Is(err, ErrTooLarge):
		e.Found = "it was not run, since " + err.Error()
		e.Hint = "Store.MaxSize is how large a file may be that is verified"
	case errors.Is(err, os.ErrNotExist), errors.Is(err, os.ErrPermission):
		e.Found = "it could not be read to be verified: " + err.Error()
	default:
		e.Found = "it could not be copied to be verified: " + err.Error()
	}
	return e
}
