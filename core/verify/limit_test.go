//go:build unix && !aix && !solaris

package verify_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/verify"
)

// A file that is too large is neither copied nor verified, and one of the limit is.
func TestMaxSize(t *testing.T) {
	s := newStage(t)
	asked := 0
	opt := func(store *verify.Store) *verify.Store { store.Dir = s.tmp; return store }
	all := verify.Func(func(context.Context, verify.Candidate) error { asked++; return nil })
	size := int64(len(s.good))
	small, exact := opt(&verify.Store{MaxSize: size - 1}), opt(&verify.Store{MaxSize: size})
	if _, err := run(t, s.path, small.With(all)); !errors.Is(err, verify.ErrTooLarge) || asked != 0 || !strings.Contains(err.Error(), fmt.Sprintf("more than %d bytes", size-1)) || !strings.Contains(err.Error(), "Store.MaxSize") {
		t.Errorf("%v, asked %d times", err, asked)
	}
	for range 2 { // copied, and found again
		if out, err := run(t, s.path, exact.With(all)); err != nil || !strings.HasPrefix(out, "good ") {
			t.Errorf("%q, %v", out, err)
		}
	}
	write(t, s.path, append(s.good, '#'))
	if _, err := run(t, s.path, exact.With(all)); !errors.Is(err, verify.ErrTooLarge) {
		t.Error(err)
	}
	// A file without content that claims to be huge costs nothing.
	if err := os.Truncate(s.path, verify.DefaultMaxSize+1); err != nil {
		t.Fatal(err)
	}
	if _, err := run(t, s.path, verify.With(all)); !errors.Is(err, verify.ErrTooLarge) || asked != 2 {
		t.Errorf("%v, asked %d times", err, asked)
	}
	small.Close()
	exact.Close()
	s.empty(t)
}

// docs/limits.md has the limits of what is read to verify a file.
func TestLimitsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/limits.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(text), "<!-- table: verification limits -->\n")
	if !ok {
		t.Fatal("docs/limits.md has no table of the limits of verification")
	}
	table, _, _ = strings.Cut(table, "\n\n")
	for _, want := range []string{
		fmt.Sprintf("| file of a plugin | %d GiB, `verify.Store.MaxSize` |", verify.DefaultMaxSize>>30),
		fmt.Sprintf("| file of sums | %d MiB, lines of %d KiB |", verify.LongestSums>>20, verify.LongestSumsLine>>10),
	} {
		if !strings.Contains(table, want) {
			t.Errorf("docs/limits.md does not say %q:\n%s", want, table)
		}
	}
}
