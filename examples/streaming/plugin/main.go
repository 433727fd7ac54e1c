// Command plugin searches, digests and compresses what its host streams to it.
package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"io"
	"iter"
	"strings"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/examples/streaming/archive"
)

type store struct{}

// Search reads text while the host writes it, and yields while the host reads.
func (store) Search(ctx context.Context, word string, text io.Reader) iter.Seq2[archive.Match, error] {
	return func(yield func(archive.Match, error) bool) {
		lines := bufio.NewScanner(text)
		for n := 1; lines.Scan(); n++ {
			if strings.Contains(lines.Text(), word) && !yield(archive.Match{Line: n, Text: lines.Text()}, nil) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(archive.Match{}, err)
		}
	}
}

func (store) Digest(ctx context.Context, r io.Reader) (sum []byte, size int64, err error) {
	h := sha256.New()
	size, err = io.Copy(h, r)
	return h.Sum(nil), size, err
}

func (store) Squeeze(ctx context.Context, r io.Reader, w io.Writer) error {
	z := gzip.NewWriter(w)
	if _, err := io.Copy(z, r); err != nil {
		return err
	}
	return z.Close()
}

func (store) Totals(ctx context.Context, numbers iter.Seq[int]) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		total := 0
		for n := range numbers {
			if total += n; !yield(total, nil) {
				return
			}
		}
	}
}

func (store) Open(ctx context.Context, page int) (io.ReadCloser, error) {
	if page != 1 {
		return nil, tenon.Errorf(tenon.NotFound, "there is no page %d", page)
	}
	return io.NopCloser(strings.NewReader("the only page")), nil
}

func (store) Peak() int64 { return archive.Peak() }

func main() {
	tenon.Main(tenon.ServeConfig{
		Cookie:   archive.Cookie,
		Services: tenon.Services{"archive": dynamic.Service(store{})},
		Codecs:   archive.Codecs,
	})
}
