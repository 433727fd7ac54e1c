package examples

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/examples/demo/drivers"
)

// quota is a writer of the plugin that takes so many bytes, and says no more when it
// is closed short of them.
type quota struct{ left int }

func (q *quota) Write(p []byte) (int, error) {
	if len(p) > q.left {
		return 0, rpc.Errorf(rpc.ResourceExhausted, "over the quota: %w", errLocked)
	}
	q.left -= len(p)
	return len(p), nil
}

func (q *quota) Close() error {
	if q.left > 0 {
		return rpc.Errorf(rpc.FailedPrecondition, "%d bytes are missing", q.left)
	}
	return nil
}

func (live) Create(bytes int) (io.WriteCloser, error) { return &quota{bytes}, nil }

// TestLiveWriters is how writers fail, over every transport: what the transport does
// with a stream that one side closes is its own.
func TestLiveWriters(t *testing.T) {
	for _, tr := range drivers.Transports {
		t.Run(tr.Name(), func(t *testing.T) {
			testLiveWriters(t, newClient(t, []transport.Transport{tr}, []codec.Codec{drivers.Codecs[0]}))
		})
	}
}

type fullDisk struct{ left int }

var errDisk = errors.New("disk full")

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.left -= len(p); d.left < 0 {
		return 0, errDisk
	}
	return len(p), nil
}

type panicReader struct{}

func (panicReader) Read([]byte) (int, error) { panic("boom") }

func testLiveWriters(t *testing.T, client *tenon.Client) {
	var l struct {
		Copy   func(context.Context, io.Reader, io.Writer) (int64, error)
		Create func(context.Context, int) (io.WriteCloser, error)
	}
	if err := dynamic.Bind(t.Context(), client, "live", &l); err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{10, 100_000, 10_000_000} {
		text := strings.Repeat("x", size)
		if _, err := l.Copy(t.Context(), strings.NewReader(text), &fullDisk{size - 1}); !errors.Is(err, errDisk) {
			t.Errorf("%d bytes to a full disk: %v", size, err)
		}
		for _, c := range []struct {
			left int
			want rpc.Code
		}{{size, 0}, {size + 1, rpc.FailedPrecondition}, {size - 1, rpc.ResourceExhausted}} {
			w, err := l.Create(t.Context(), c.left)
			if err != nil {
				t.Fatal(err)
			}
			_, werr := io.WriteString(w, text)
			if werr != nil && !errors.Is(werr, errLocked) {
				t.Errorf("%d bytes of %d, Write: %v", size, c.left, werr)
			}
			if err := w.Close(); rpc.CodeOf(err) != c.want || c.want == rpc.ResourceExhausted && !errors.Is(err, errLocked) {
				t.Errorf("%d bytes of %d, Close: %v", size, c.left, err)
			}
		}
	}
	var panicked *rpc.PanicError
	if _, err := l.Copy(t.Context(), panicReader{}, io.Discard); !errors.As(err, &panicked) || panicked.Value != "boom" {
		t.Errorf("a reader that panics: %v", err)
	}
}
