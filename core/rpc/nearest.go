package rpc

import (
	"strconv"
	"strings"
)

// Nearest returns the name among those known that was likely meant by one that does
// not exist, and "" where none is near.
func Nearest(name string, known []string) string {
	best, least := "", len(name)/2+1
	for _, k := range known {
		if d := distance(strings.ToLower(name), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	return best
}

// nearest returns the end of an error about a name that does not exist: the name
// that was likely meant, else all that there are.
func nearest(name string, known []string) string {
	best := Nearest(name, known)
	switch {
	case best != "":
		return ": did you mean " + strconv.Quote(best) + "?"
	case len(known) == 0:
		return ": it has none"
	}
	return ": it has " + strings.Join(known, ", ")
}

// distance is how many bytes must be inserted, removed or replaced to turn a into
// b (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		above := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := above
			if a[i] != b[j] {
				cost++
			}
			above = row[j+1]
			row[j+1] = min(cost, above+1, row[j]+1)
		}
	}
	return row[len(b)]
}
