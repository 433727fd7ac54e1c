package verify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// A Verifier decides whether a file may be executed. It may be called concurrently.
// SHA-256 sums are ready-made here, and signatures of minisign in the module sandbox.
type Verifier interface {
	// Verify returns nil for a file that may be executed, and else says why not. It is
	// asked once for each file and start, also about content that it has seen.
	Verify(ctx context.Context, file Candidate) error
}

// A Candidate is a file that somebody wants to execute.
type Candidate struct {
	Path string            // where it was found; nothing may be read from there any more
	Copy string            // a private copy, which is what is executed
	Size int64             // of the copy, in bytes
	Sum  [sha256.Size]byte // of the copy
}

// Func makes a Verifier of a function.
type Func func(ctx context.Context, file Candidate) error

// Verify calls f.
func (f Func) Verify(ctx context.Context, file Candidate) error { return f(ctx, file) }

// Sum is the Verifier that wants one content.
type Sum [sha256.Size]byte

// Verify returns a [*SumError] unless the sum is s.
func (s Sum) Verify(_ context.Context, file Candidate) error {
	if file.Sum != s {
		return &SumError{Path: file.Path, Got: file.Sum, Want: s, From: "the sum that was given"}
	}
	return nil
}

// A SumError says that a file is another one than was expected.
type SumError struct {
	Path      string
	Got, Want [sha256.Size]byte
	From      string // where the expected sum comes from
}

// Error says what both sums are.
func (e *SumError) Error() string {
	return fmt.Sprintf("its SHA-256 is %x, and %s is %s", e.Got, e.From, hex.EncodeToString(e.Want[:]))
}
