// Command names holds the house rules that no linter knows, each with its
// reason. Exceptions are listed in allow.txt, each with its reason too, and one
// that is not needed any more is an error.
package main

import (
	_ "embed"
	"flag"
	"fmt"
	"os"

	"github.com/tenon-dev/tenon/tools/dev/internal/repo"
)

//go:embed allow.txt
var allowText string

func main() {
	flag.Parse()
	found, err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, "names:", err)
		os.Exit(1)
	}
	for _, f := range found {
		fmt.Fprintln(os.Stderr, f)
	}
	if len(found) > 0 {
		fmt.Fprintf(os.Stderr, "names: %d violations\n", len(found))
		os.Exit(1)
	}
}

func run() ([]string, error) {
	root, mods, err := repo.Here()
	if err != nil {
		return nil, err
	}
	allow, err := parseAllow(allowText)
	if err != nil {
		return nil, err
	}
	files, err := repo.Files(root)
	if err != nil {
		return nil, err
	}
	return check(root, mods, files, allow)
}
