// Command depscheck proves what each module depends on: core on the standard
// library alone, also in its tests; a driver on exactly the third-party modules
// that allowed.txt lists with a reason; and every layer only on those below it.
package main

import (
	_ "embed"
	"flag"
	"fmt"
	"os"

	"github.com/tenon-dev/tenon/tools/dev/internal/repo"
)

//go:embed allowed.txt
var allowedText string

// platforms are the systems looked at; a dependency may exist on one alone.
func platforms() []string { return []string{"linux", "darwin", "windows"} }

func main() {
	show := flag.Bool("show", false, "print the third-party modules found, in the form of allowed.txt, and check nothing")
	flag.Parse()
	found, err := run(*show)
	if err != nil {
		fmt.Fprintln(os.Stderr, "depscheck:", err)
		os.Exit(1)
	}
	for _, f := range found {
		fmt.Fprintln(os.Stderr, f)
	}
	if len(found) > 0 {
		fmt.Fprintf(os.Stderr, "depscheck: %d violations\n", len(found))
		os.Exit(1)
	}
}

func run(show bool) ([]string, error) {
	_, mods, err := repo.Here()
	if err != nil {
		return nil, err
	}
	allowed, err := parseAllowed(allowedText)
	if err != nil {
		return nil, err
	}
	var found []string
	known := make(map[string]bool)
	for _, m := range mods {
		if !m.Published() {
			continue
		}
		known[m.Dir] = true
		g, err := load(m, mods)
		if err != nil {
			return nil, err
		}
		if show {
			g.show(os.Stdout)
			continue
		}
		found = append(found, g.thirdParty(allowed)...)
		found = append(found, g.layers(layerRules())...)
		found = append(found, g.forbidden(forbiddenRules())...)
	}
	if !show {
		found = append(found, allowed.unknown(known)...)
	}
	return found, nil
}
