package gen

import (
	"fmt"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
)

// A Refusal says what of an interface cannot cross, where it stands, and what to do.
type Refusal struct {
	Pos   token.Position
	Where string // "Store.Put: argument value"
	Why   string
}

// Error returns "file:line:column: where: why".
func (r Refusal) Error() string { return fmt.Sprintf("%v: %s: %s", r.Pos, r.Where, r.Why) }

// Refusals is the error for interfaces that cannot be generated as they are: all
// that is wrong, in the order of the source.
type Refusals []Refusal

// Error returns a line for each.
func (r Refusals) Error() string {
	lines := make([]string, len(r))
	for i, one := range r {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// sorted returns the refusals in the order of the source, each once, with file names
// as they are seen from dir.
func (r Refusals) sorted(dir string) Refusals {
	for i := range r {
		if rel, err := filepath.Rel(dir, r[i].Pos.Filename); err == nil && !strings.HasPrefix(rel, "..") {
			r[i].Pos.Filename = rel
		}
	}
	slices.SortStableFunc(r, func(a, b Refusal) int {
		if c := strings.Compare(a.Pos.Filename, b.Pos.Filename); c != 0 {
			return c
		}
		return a.Pos.Offset - b.Pos.Offset
	})
	return slices.Compact(r)
}
