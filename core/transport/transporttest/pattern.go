package transporttest

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"math/rand/v2"
)

// pattern is an endless sequence of bytes that a seed determines, so that both
// sides know what must arrive without keeping it.
type pattern struct{ src *rand.ChaCha8 }

func newPattern(seed int) *pattern {
	var key [32]byte
	copy(key[:], fmt.Sprintf("pattern %d", seed))
	return &pattern{src: rand.NewChaCha8(key)}
}

// Read fills p with the next bytes.
func (g *pattern) Read(p []byte) (int, error) { return g.src.Read(p) }

// next returns the next n bytes.
func (g *pattern) next(n int) []byte {
	p := make([]byte, n)
	g.src.Read(p)
	return p
}

// sumOf returns the hash of the first n bytes of a pattern.
func sumOf(seed int, n int64) string {
	h := sha256.New()
	io.CopyN(h, newPattern(seed), n)
	return sum(h)
}

func sum(h hash.Hash) string { return fmt.Sprintf("%x", h.Sum(nil)) }

// firstDifference says where got is not want.
func firstDifference(got, want []byte) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Sprintf("byte %d of %d is 0x%02x, sent was 0x%02x", i, len(want), got[i], want[i])
		}
	}
	return fmt.Sprintf("got %d bytes, sent were %d", len(got), len(want))
}
