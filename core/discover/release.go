package discover

import (
	"cmp"
	"strings"
)

// A release is a semantic version, in its parts; see https://semver.org, version
// 2.0.0. A v before it is left out, and missing numbers are zero.
type release struct {
	core [3]string // digits without leading zeros
	pre  []string
}

// parseRelease reports false for what is no semantic version.
func parseRelease(s string) (r release, ok bool) {
	s, _, _ = strings.Cut(strings.TrimPrefix(s, "v"), "+") // what is built in does not order
	core, pre, hasPre := strings.Cut(s, "-")
	numbers := strings.Split(core, ".")
	if len(numbers) > len(r.core) {
		return r, false
	}
	r.core = [3]string{"0", "0", "0"}
	for i, n := range numbers {
		if !isNumber(n) {
			return r, false
		}
		r.core[i] = n
	}
	if hasPre {
		for id := range strings.SplitSeq(pre, ".") {
			if !isIdentifier(id) {
				return r, false
			}
			r.pre = append(r.pre, id)
		}
	}
	return r, true
}

func isNumber(s string) bool {
	if s == "" || len(s) > 1 && s[0] == '0' {
		return false
	}
	return strings.Trim(s, "0123456789") == ""
}

// isIdentifier reports whether s can be a part of a pre-release: one of digits alone
// has no leading zeros.
func isIdentifier(s string) bool {
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' {
			return false
		}
	}
	return s != "" && (isNumber(s) || strings.Trim(s, "0123456789") != "")
}

// compareReleases orders releases: what is no semantic version comes before all that
// are, and is ordered as text.
func compareReleases(a, b string) int {
	ra, okA := parseRelease(a)
	rb, okB := parseRelease(b)
	switch {
	case !okA && !okB:
		return strings.Compare(a, b)
	case !okA:
		return -1
	case !okB:
		return 1
	}
	for i := range ra.core {
		if c := compareNumbers(ra.core[i], rb.core[i]); c != 0 {
			return c
		}
	}
	return comparePre(ra.pre, rb.pre)
}

// compareNumbers compares digits without leading zeros, however many there are.
func compareNumbers(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

// comparePre orders pre-releases, of which one without any is the newest.
func comparePre(a, b []string) int {
	if len(a) == 0 || len(b) == 0 {
		return cmp.Compare(len(b), len(a))
	}
	for i := range min(len(a), len(b)) {
		numA, numB := isNumber(a[i]), isNumber(b[i])
		c := strings.Compare(a[i], b[i])
		switch {
		case numA && numB:
			c = compareNumbers(a[i], b[i])
		case numA:
			c = -1
		case numB:
			c = 1
		}
		if c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}
