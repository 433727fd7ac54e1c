package verify

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tenon-dev/tenon/core/internal/private"
)

const (
	// homePrefix begins the names of the directories of all stores.
	homePrefix = "tenon-verified-"

	// lockName is the file in it that is locked as long as its host lives.
	lockName = "host"
)

// A home is the directory of one store.
type home struct {
	dir  string
	lock *os.File
	uses int // copies that are being made; guarded by the store
}

// A homeError says why there is no place for copies, which is no fault of the plugin's.
type homeError struct{ err error }

func (e *homeError) Error() string { return "make the directory for verified copies: " + e.err.Error() }
func (e *homeError) Unwrap() error { return e.err }

// newHome makes a directory in parent that only this user may enter, and removes those
// of hosts that are no more. Its path is absolute, since the system resolves that of a
// program from the working directory of the new process.
func newHome(parent string) (*home, error) {
	parent, err := private.Resolve(parent)
	if err != nil {
		return nil, &homeError{err}
	}
	sweep(parent)
	for range lockTries {
		h, taken, err := tryHome(parent)
		if err != nil {
			return nil, &homeError{err}
		}
		if !taken {
			return h, nil
		}
	}
	return nil, &homeError{fmt.Errorf("%d that were made in %s were gone at once: does something empty that directory?", lockTries, parent)}
}

// lockTries is how many directories are made until one is kept, see [tryHome].
const lockTries = 100

// tryHome makes a directory and locks it. taken reports that a host which began at the
// same moment was there between the two steps, and took it for one that was left behind.
func tryHome(parent string) (_ *home, taken bool, err error) {
	h := &home{}
	if h.dir, err = os.MkdirTemp(parent, homePrefix); err != nil { // of mode 0700
		return nil, false, err
	}
	h.lock, err = os.OpenFile(filepath.Join(h.dir, lockName), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		taken, err = true, nil
	case err == nil:
		var got bool
		got, err = tryLock(h.lock)
		taken = err == nil && (!got || h.gone())
	}
	if taken || err != nil {
		h.remove()
		return nil, taken, err
	}
	return h, false, nil
}

func (h *home) remove() error {
	err := os.RemoveAll(h.dir)
	if h.lock != nil {
		err = errors.Join(err, h.lock.Close())
	}
	return err
}

// gone reports whether somebody has removed the directory, or what marks it as in use.
func (h *home) gone() bool {
	was, err := h.lock.Stat()
	if err != nil {
		return true
	}
	is, err := os.Lstat(filepath.Join(h.dir, lockName))
	return err != nil || !os.SameFile(was, is)
}

// unlockedGrace is for how long a directory may be there without a lock, which a host
// makes right after it.
const unlockedGrace = time.Minute

// sweep removes the directories that hosts left behind which were killed. One whose lock
// is held, or which has none yet, is in use; one that another user made, or that is a
// link, is left alone. What goes wrong is for the next one.
func sweep(parent string) {
	found, err := os.ReadDir(parent)
	if err != nil {
		return
	}
	for _, entry := range found {
		if !strings.HasPrefix(entry.Name(), homePrefix) {
			continue
		}
		dir := filepath.Join(parent, entry.Name())
		info, err := os.Lstat(dir)
		if err != nil || !info.IsDir() || !mine(info) {
			continue
		}
		lock, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR, 0)
		if errors.Is(err, fs.ErrNotExist) && time.Since(info.ModTime()) > unlockedGrace {
			os.Remove(dir) // which nothing was put into
		}
		if err != nil {
			continue
		}
		if free, err := tryLock(lock); err == nil && free {
			os.RemoveAll(dir)
		}
		lock.Close()
	}
}

// fresh is a copy that was just made.
type fresh struct {
	path string
	size int64
	mode os.FileMode
	sum  [sha256.Size]byte
}

func (f fresh) remove() error { return os.RemoveAll(filepath.Dir(f.path)) }

// intact reports whether the copy is still what was copied.
func (f fresh) intact(ctx context.Context) bool {
	if info, err := os.Lstat(f.path); err != nil || !info.Mode().IsRegular() || info.Mode().Perm() != f.mode.Perm() || info.Size() != f.size {
		return false
	}
	src, err := openPlugin(ctx, f.path, f.size)
	if err != nil {
		return false
	}
	defer src.Close()
	hash := sha256.New()
	_, err = io.Copy(hash, src)
	return err == nil && [sha256.Size]byte(hash.Sum(nil)) == f.sum
}

// copyIn copies the file at path, of no more than limit bytes, into a directory of its own,
// under its own name, and hashes what it writes. The copy can be read and executed by this
// user alone.
func (h *home) copyIn(ctx context.Context, path string, limit int64) (_ fresh, err error) {
	src, err := openPlugin(ctx, path, limit)
	if err != nil {
		return fresh{}, err
	}
	defer src.Close()
	dir, err := os.MkdirTemp(h.dir, "")
	if err != nil {
		return fresh{}, err
	}
	f := fresh{path: filepath.Join(dir, filepath.Base(path))}
	defer func() {
		if err != nil {
			f.remove()
		}
	}()
	dst, err := os.OpenFile(f.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fresh{}, err
	}
	hash := sha256.New()
	f.size, err = io.Copy(io.MultiWriter(dst, hash), src)
	if err == nil {
		err = dst.Chmod(0o500)
	}
	if info, serr := dst.Stat(); err == nil {
		if err = serr; err == nil {
			f.mode = info.Mode()
		}
	}
	if cerr := dst.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fresh{}, err
	}
	f.sum = [sha256.Size]byte(hash.Sum(nil))
	return f, nil
}
