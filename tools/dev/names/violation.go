package main

import (
	"cmp"
	"fmt"
	"strings"
)

// A violation is one place where a rule is broken.
type violation struct {
	rule, file string
	line       int
	why        string
}

type violations []violation

func (v violation) String() string {
	return fmt.Sprintf("%s:%d: %s: %s", v.file, v.line, v.rule, v.why)
}

func (v violation) compare(w violation) int {
	return cmp.Or(strings.Compare(v.file, w.file), cmp.Compare(v.line, w.line), strings.Compare(v.rule, w.rule))
}

// An allowList holds the exceptions of allow.txt.
type allowList struct {
	used map[exception]bool
}

type exception struct{ rule, file string }

// parseAllow reads lines of a rule, a file, and the reason; "#" starts a
// comment line.
func parseAllow(text string) (*allowList, error) {
	a := &allowList{used: make(map[exception]bool)}
	n := 0
	for line := range strings.Lines(text) {
		n++
		f := strings.Fields(line)
		if len(f) == 0 || strings.HasPrefix(f[0], "#") {
			continue
		}
		if len(f) < 3 {
			return nil, fmt.Errorf("allow.txt:%d: want \"rule file reason\", got %q", n, strings.TrimSpace(line))
		}
		a.used[exception{f[0], f[1]}] = false
	}
	return a, nil
}

// filter returns a line for each violation that has no exception, and for each
// exception that no violation needed.
func (a *allowList) filter(all violations) []string {
	var out []string
	for _, v := range all {
		key := exception{v.rule, v.file}
		if _, ok := a.used[key]; ok {
			a.used[key] = true
			continue
		}
		out = append(out, v.String())
	}
	for key, used := range a.used {
		if !used {
			out = append(out, fmt.Sprintf("allow.txt: %s %s: nothing there breaks the rule (any more): remove the line", key.rule, key.file))
		}
	}
	return out
}
