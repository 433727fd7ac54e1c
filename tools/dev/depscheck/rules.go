package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenon-dev/tenon/tools/dev/internal/repo"
)

// A layerRule says which packages of this repository the packages below from
// may import, outside of their tests. Both are relative to the repository; a
// name that ends in "-" stands for all modules that start with it.
type layerRule struct {
	from string
	may  []string
	why  string
}

// layerRules holds the order of layers: examples and tools, the root of core,
// rpc and launch, transport and codec, the standard library. The first rule
// that fits a package counts.
func layerRules() []layerRule {
	return []layerRule{
		{from: "core/transport", may: []string{"core/transport", "core/internal"},
			why: "a driver's author reads the contract, not the engine"},
		{from: "core/codec", may: []string{"core/codec", "core/internal"},
			why: "a driver's author reads the contract, not the engine"},
		{from: "core/launch", may: []string{"core/launch", "core/internal"},
			why: "starting a process knows nothing of calls"},
		{from: "core/rpc", may: []string{"core/rpc", "core/transport", "core/codec", "core/internal"},
			why: "the engine works over any session, however its peer was started"},
		{from: "core/internal", may: []string{"core/internal", "core/rpc", "core/launch", "core/transport", "core/codec"},
			why: "the root of core is the top of the layers"},
		{from: "core", may: []string{"core"},
			why: "core never imports a driver, the bridge or a tool"},
		{from: "transport-", may: []string{"core/transport"},
			why: "a transport is a driver of one contract"},
		{from: "codec-", may: []string{"core/codec"},
			why: "a codec is a driver of one contract"},
		{from: "log-", may: []string{"core/launch"},
			why: "a log bridge joins slog and another logger, and no more"},
	}
}

func (r layerRule) fits(rel string) bool {
	if strings.HasSuffix(r.from, "-") {
		return strings.HasPrefix(rel, r.from)
	}
	return in(rel, r.from)
}

func (r layerRule) allows(from, imported string) bool {
	if in(imported, moduleOf(from)) && strings.HasSuffix(r.from, "-") {
		return true
	}
	return slices.ContainsFunc(r.may, func(m string) bool { return in(imported, m) })
}

// moduleOf is the first element of a package's path, the folder of its module.
func moduleOf(rel string) string {
	first, _, _ := strings.Cut(rel, "/")
	return first
}

// layers checks the imports of the module's own packages.
func (g *graph) layers(rules []layerRule) []string {
	var found []string
	for _, p := range g.lib {
		if !in(p.ImportPath, g.path) {
			continue
		}
		rel := strings.TrimPrefix(p.ImportPath, repo.Prefix)
		i := slices.IndexFunc(rules, func(r layerRule) bool { return r.fits(rel) })
		for _, imp := range p.Imports {
			to, ok := strings.CutPrefix(imp, repo.Prefix)
			switch {
			case !ok:
			case in(to, "examples") || in(to, "tools") && moduleOf(rel) != "tools":
				found = append(found, fmt.Sprintf("%s imports %s: nothing imports examples or tools", rel, to))
			case i >= 0 && !rules[i].allows(rel, to):
				found = append(found, fmt.Sprintf("%s imports %s, but may import only %s: %s",
					rel, to, strings.Join(rules[i].may, ", "), rules[i].why))
			}
		}
	}
	if g.module == "core" {
		for path := range g.test {
			if ours(path) && !in(path, g.path) && !strings.HasPrefix(path, g.path+"_") && !strings.HasPrefix(path, g.path+".") {
				found = append(found, "core: its tests need "+path+": core is tested with what it brings itself")
			}
		}
	}
	slices.Sort(found)
	return found
}

// A forbiddenRule names a standard package that must not be reachable from the
// packages of a module, outside of their tests.
type forbiddenRule struct {
	path, why string
	except    map[string]string // module → why it may
}

func forbiddenRules() []forbiddenRule {
	const linker = "it looks methods up by name, which stops the linker from dropping unused code in every program that imports us"
	// net/rpc, and gRPC through x/net/trace, bring the templates with them.
	compat := map[string]string{"compat-goplugin": "net/rpc is what half of the plugins that it runs speak"}
	return []forbiddenRule{
		{path: "net/rpc", why: linker, except: compat},
		{path: "text/template", why: linker, except: compat},
		{path: "html/template", why: linker, except: compat},
		{path: "net/http/pprof", why: "it registers handlers in a global"},
		{path: "expvar", why: "it registers handlers in a global"},
	}
}

// forbidden checks everything the module's packages are built from.
func (g *graph) forbidden(rules []forbiddenRule) []string {
	if g.module == "tools" {
		return nil // a command, which nobody links into a program
	}
	var found []string
	for _, r := range rules {
		_, reached := g.lib[r.path]
		_, may := r.except[g.module]
		if reached && !may {
			found = append(found, fmt.Sprintf("%s: %s is reachable through %s: %s",
				g.module, r.path, strings.Join(g.importers(r.path), ", "), r.why))
		}
	}
	return found
}

func (g *graph) importers(path string) []string {
	var out []string
	for _, p := range g.lib {
		if slices.Contains(p.Imports, path) {
			out = append(out, p.ImportPath)
		}
	}
	slices.Sort(out)
	return out
}
