package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// A need is one third-party module that one of our modules uses, either in its
// packages ("lib") or only in their tests ("test").
type need struct {
	module, kind, third string
}

func (n need) String() string { return n.module + " " + n.kind + " " + n.third }

// allowed maps each need that was decided on to its reason.
type allowed map[need]string

// parseAllowed reads allowed.txt: a line is our module, lib or test, the
// third-party module, and the reason; "#" starts a comment line.
func parseAllowed(text string) (allowed, error) {
	a := make(allowed)
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Fields(line)
		if len(f) < 4 || (f[1] != "lib" && f[1] != "test") {
			return nil, fmt.Errorf("allowed.txt:%d: want \"module lib|test third-party-module reason\", got %q", n, line)
		}
		key := need{f[0], f[1], f[2]}
		if _, twice := a[key]; twice {
			return nil, fmt.Errorf("allowed.txt:%d: %s is listed twice", n, key)
		}
		a[key] = strings.Join(f[3:], " ")
	}
	return a, nil
}

// unknown finds entries for modules that do not exist.
func (a allowed) unknown(modules map[string]bool) []string {
	var found []string
	for n := range a {
		if !modules[n.module] {
			found = append(found, fmt.Sprintf("allowed.txt: %s: there is no published module %s", n, n.module))
		}
	}
	slices.Sort(found)
	return found
}

// needs collects the third-party modules in the graph.
func (g *graph) needs() []need {
	set := make(map[need]bool)
	for _, p := range g.lib {
		if third := p.thirdParty(); third != "" {
			set[need{g.module, "lib", third}] = true
		}
	}
	for _, p := range g.test {
		third := p.thirdParty()
		if third != "" && !set[need{g.module, "lib", third}] {
			set[need{g.module, "test", third}] = true
		}
	}
	return slices.SortedFunc(maps.Keys(set), func(a, b need) int { return strings.Compare(a.String(), b.String()) })
}

// thirdParty is the module that p comes from, if it is neither ours nor Go's.
// A package outside of any module that is not standard counts by its own path.
func (p pkg) thirdParty() string {
	switch {
	case p.Standard || ours(p.ImportPath) || strings.HasSuffix(p.ImportPath, ".test"):
		return ""
	case p.Module == nil:
		return p.ImportPath
	case ours(p.Module.Path + "/"):
		return ""
	}
	return p.Module.Path
}

func (g *graph) thirdParty(a allowed) []string {
	var found []string
	have := make(map[need]bool)
	for _, n := range g.needs() {
		have[n] = true
		switch _, ok := a[n]; {
		case ok:
		case g.module == "core":
			found = append(found, fmt.Sprintf("core: its %s need %s: core depends on the standard library alone", plural(n.kind), n.third))
		default:
			found = append(found, fmt.Sprintf("%s: its %s need %s, which allowed.txt does not list: the default answer to a new dependency is no", g.module, plural(n.kind), n.third))
		}
	}
	for n := range a {
		if n.module == g.module && !have[n] {
			found = append(found, fmt.Sprintf("%s: allowed.txt lists %s, which is not needed (any more): remove the line", g.module, n))
		}
		if n.module == "core" {
			found = append(found, fmt.Sprintf("allowed.txt: %s: core may have no entry", n))
		}
	}
	slices.Sort(found)
	return found
}

func plural(kind string) string {
	if kind == "test" {
		return "tests"
	}
	return "packages"
}

func (g *graph) show(w io.Writer) {
	for _, n := range g.needs() {
		fmt.Fprintln(w, n, "REASON")
	}
}
