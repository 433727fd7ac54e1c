package discover

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/internal/private"
	"github.com/tenon-dev/tenon/core/verify"
)

// Options say where to look, and for what.
type Options struct {
	// Dirs are the directories, in the order in which they are looked into; what is
	// below them is left alone. One that does not exist is empty.
	Dirs []string

	// Pattern is what the names of files match, as in [filepath.Match]: "mytool-*".
	// Default: all files.
	Pattern string

	// Verify, if set, is asked about every file before it is run. An error is passed
	// on, and the file is not run.
	Verify func(path string, sum [sha256.Size]byte) error

	// Timeout is how long a file may take to describe itself. Default: 5 s.
	Timeout time.Duration

	// CacheDir holds what files said, by the hash of their content. Default: tenon in
	// [os.UserCacheDir].
	CacheDir string

	// NoCache asks every file each time.
	NoCache bool
}

const defaultTimeout = 5 * time.Second

// A Plugin is a file that is a plugin.
type Plugin struct {
	Path        string            // of the file, with a separator in it: not to be looked for in PATH
	Sum         [sha256.Size]byte // SHA-256 of its content
	Description tenon.Description
}

// An Error says what was wrong with one file, or directory.
type Error struct {
	Path string
	Err  error
}

// Error returns "path: what was wrong".
func (e *Error) Error() string { return e.Path + ": " + e.Err.Error() }

// Unwrap returns what was wrong.
func (e *Error) Unwrap() error { return e.Err }

// ErrDescribe matches when a file bears the mark of a plugin and does not describe
// itself.
var ErrDescribe = errors.New("it does not describe itself")

// Find returns the plugins in opts.Dirs, by directory and name. A file that is no
// plugin is left out; one with which something is wrong is an [*Error] in its place,
// and the search goes on. The end of ctx is the last error.
func Find(ctx context.Context, opts Options) iter.Seq2[Plugin, error] {
	return func(yield func(Plugin, error) bool) {
		seen := map[string]bool{}
		for _, dir := range opts.Dirs {
			names, err := opts.candidates(dir)
			if err != nil && !yield(Plugin{}, &Error{Path: dir, Err: err}) {
				return
			}
			for _, name := range names {
				path := filepath.Join(dir, name)
				if seen[path] {
					continue
				}
				seen[path] = true
				p, found, err := opts.look(ctx, path)
				switch {
				case ctx.Err() != nil:
					yield(Plugin{}, fmt.Errorf("discover: %w", ctx.Err()))
					return
				case err != nil:
					err = &Error{Path: path, Err: err}
				case !found:
					continue
				}
				if !yield(p, err) {
					return
				}
			}
		}
	}
}

// candidates returns the names in dir that match, sorted.
func (o Options) candidates(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		matches := o.Pattern == ""
		if !matches {
			if matches, err = filepath.Match(o.Pattern, e.Name()); err != nil {
				return nil, fmt.Errorf("the pattern %q: %w", o.Pattern, err)
			}
		}
		if matches && !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// look finds out whether a file is a plugin, and which.
func (o Options) look(ctx context.Context, path string) (_ Plugin, found bool, err error) {
	if filepath.Base(path) == path { // who runs it must not look for it in PATH
		path = "." + string(filepath.Separator) + path
	}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || !executable(info) {
		return Plugin{}, false, err
	}
	sum, marked, err := read(ctx, path, verify.DefaultMaxSize)
	if err != nil || !marked {
		return Plugin{}, false, err
	}
	if o.Verify != nil {
		if err := o.Verify(path, sum); err != nil {
			return Plugin{}, false, err
		}
	}
	p := Plugin{Path: path, Sum: sum}
	cache := o.cache()
	if d, ok := cache.get(sum); ok {
		p.Description = d
		return p, true, nil
	}
	timeout := o.Timeout
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	if p.Description, err = ask(ctx, path, sum, timeout); err != nil {
		return Plugin{}, false, err
	}
	cache.put(sum, p.Description)
	return p, true, nil
}

// read hashes a file and looks for the mark, in no more of it than limit: it may be an
// image of a disk, or grow as fast as it is read. One that is longer is none that could be
// run, since it could not be verified; if it has the mark so far that is an error.
func read(ctx context.Context, path string, limit int64) (sum [sha256.Size]byte, marked bool, err error) {
	f, err := private.OpenRegular(path) // by now it may be a pipe
	if err != nil {
		return sum, false, err
	}
	defer f.Close()
	h, m := sha256.New(), &marker{}
	buf := make([]byte, 256<<10)
	for left := limit; ctx.Err() == nil; {
		n, err := f.Read(buf)
		if int64(n) > left {
			if m.look(buf[:left]); m.found {
				err = fmt.Errorf("%w: %w: it has more than %d bytes", ErrDescribe, verify.ErrTooLarge, limit)
			}
			return sum, false, err
		}
		left -= int64(n)
		h.Write(buf[:n])
		m.look(buf[:n])
		if err == io.EOF {
			return [sha256.Size]byte(h.Sum(nil)), m.found, nil
		}
		if err != nil {
			return sum, false, err
		}
	}
	return sum, false, ctx.Err()
}

// Newest returns, for each name, the plugin of the newest release among those that
// speak one of the protocol versions, by name. No versions mean that any will do. Of
// equal releases the first is taken; one that is no semantic version is older than
// all that are.
func Newest(plugins []Plugin, versions ...int) []Plugin {
	best := map[string]Plugin{}
	for _, p := range plugins {
		if len(versions) > 0 && !slices.ContainsFunc(p.Description.Versions, func(v int) bool { return slices.Contains(versions, v) }) {
			continue
		}
		if b, there := best[p.Description.Name]; !there || compareReleases(p.Description.Release, b.Description.Release) > 0 {
			best[p.Description.Name] = p
		}
	}
	var all []Plugin
	for _, p := range best {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b Plugin) int {
		switch {
		case a.Description.Name < b.Description.Name:
			return -1
		case a.Description.Name > b.Description.Name:
			return 1
		}
		return 0
	})
	return all
}
