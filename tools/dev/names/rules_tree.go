package main

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// maxLines is the longest that a file written by hand may be.
const maxLines = 500

const (
	whyLong  = "one idea a file: cut it"
	whyVague = "a name that says nothing collects what has no place: name the idea"
	whyDoc   = "no file of the package has a package comment: say what it is for"
	whyMark  = "finish it, or open an issue: an unfinished place in the code is found by nobody"
)

// fileRules looks at one file as a whole.
func fileRules(s *source) violations {
	if s.generated {
		return nil
	}
	var out violations
	if s.lines > maxLines {
		out = append(out, violation{"long", s.name, s.lines, fmt.Sprintf("%d lines, %d at most: %s", s.lines, maxLines, whyLong)})
	}
	stem := strings.TrimSuffix(strings.TrimSuffix(path.Base(s.name), ".go"), "_test")
	if vague(stem) || vague(path.Base(s.dir())) || vague(strings.TrimSuffix(s.file.Name.Name, "_test")) {
		out = append(out, violation{"vague", s.name, 1, whyVague})
	}
	for _, group := range s.file.Comments {
		for _, c := range group.List {
			if marker().MatchString(c.Text) {
				out = append(out, s.at("marker", c.Pos(), whyMark))
			}
		}
	}
	return out
}

func vague(name string) bool {
	switch strings.ToLower(name) {
	case "util", "utils", "common", "helper", "helpers", "misc", "types":
		return true
	}
	return false
}

// marker matches the words by which unfinished code is marked.
func marker() *regexp.Regexp { return regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|HA` + `CK)\b`) }

// packageRules asks every package for a comment.
func packageRules(sources []*source) violations {
	documented := make(map[string]bool)
	first := make(map[string]*source)
	for _, s := range sources {
		if strings.HasSuffix(s.name, "_test.go") {
			continue
		}
		if first[s.dir()] == nil {
			first[s.dir()] = s
		}
		documented[s.dir()] = documented[s.dir()] || s.file.Doc != nil && len(strings.TrimSpace(s.file.Doc.Text())) > 0
	}
	var out violations
	for dir, s := range first {
		if !documented[dir] && !s.generated {
			out = append(out, violation{"package-doc", s.name, 1, whyDoc})
		}
	}
	return out
}

// hosts matches the name of a package registry's mirror or proxy: such a name
// works for some developers only, and comes from their own settings.
func hosts() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(proxy|goproxy|athens|artifactory|nexus|registry)\.[a-z0-9-]+\.(org|com|net|io|dev|cn|internal|local)\b`)
}

const whyHost = "names a package registry or its mirror: leave that to the developer's own go env"

// textRules looks at any file that is text.
func textRules(name string, data []byte) violations {
	if strings.ContainsRune(string(data), 0) {
		return nil
	}
	var out violations
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		if hosts().MatchString(line) {
			out = append(out, violation{"host", name, n, whyHost})
		}
	}
	return out
}
