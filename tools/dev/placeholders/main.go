// Command placeholders checks the go.mod files: what a published module
// requires of its siblings must be the version that the release tags, since a
// placeholder that leaks out makes every consumer's "go get" fail.
//
//	placeholders -version v0.1.0
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/tenon-dev/tenon/tools/dev/internal/repo"
)

func main() {
	version := flag.String("version", "", "the version that the next release tags, such as v0.1.0")
	flag.Parse()
	root, mods, err := repo.Here()
	if err != nil {
		fmt.Fprintln(os.Stderr, "placeholders:", err)
		os.Exit(1)
	}
	found, err := check(root, mods, *version)
	if err != nil {
		fmt.Fprintln(os.Stderr, "placeholders:", err)
		os.Exit(1)
	}
	for _, f := range found {
		fmt.Fprintln(os.Stderr, f)
	}
	if len(found) > 0 {
		fmt.Fprintf(os.Stderr, "placeholders: %d lines to correct\n", len(found))
		os.Exit(1)
	}
}
