package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/tenon-dev/tenon/core/internal/private"
)

// DefaultMaxSize is how large a plugin's file may be that is to be verified, unless
// [Store.MaxSize] says otherwise. It is no trusted file yet, and is copied.
const DefaultMaxSize = 1 << 30

// ErrTooLarge is matched when a file is larger than what is verified.
var ErrTooLarge = errors.New("it is too large")

// ReadFile reads a file that must be a regular one, of no more than limit bytes: whoever
// may write there can make a pipe that nobody writes to, or a file that fills the memory.
// It is for a [Verifier] that reads a signature beside the plugin.
func ReadFile(path string, limit int64) ([]byte, error) { return private.ReadShort(path, limit) }

// openPlugin opens a plugin's file, of which it lets at most limit bytes be read.
func openPlugin(ctx context.Context, path string, limit int64) (*source, error) {
	f, err := private.OpenRegular(path)
	if err != nil {
		return nil, err
	}
	s := &source{f: f, ctx: ctx, limit: limit, left: limit}
	if info, err := f.Stat(); err == nil && info.Size() > limit {
		f.Close()
		return nil, s.tooLarge()
	}
	return s, nil
}

// A source is a plugin's file that is read, no longer than its context lasts, and no further
// than its limit, also when it grows meanwhile.
type source struct {
	f     *os.File
	ctx   context.Context
	limit int64
	left  int64
}

func (s *source) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := s.f.Read(p)
	if s.left -= int64(n); s.left < 0 {
		return 0, s.tooLarge()
	}
	return n, err
}

func (s *source) Close() error { return s.f.Close() }

func (s *source) tooLarge() error {
	return fmt.Errorf("%w: it has more than %d bytes", ErrTooLarge, s.limit)
}

var _ io.ReadCloser = (*source)(nil)
