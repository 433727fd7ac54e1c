// Command fuzzall finds every fuzz target of the repository by itself and runs
// each for a while:
//
//	fuzzall -time 30s
//	fuzzall -list
//
// It goes on after a finding, and names the targets that found something at the
// end.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/tenon-dev/tenon/tools/dev/internal/repo"
)

func main() {
	each := flag.String("time", "10s", "how long each target runs: a duration, or a count such as 1000x")
	match := flag.String("match", "", "only targets whose package folder or name contains this")
	list := flag.Bool("list", false, "print the targets and run none")
	flag.Parse()

	root, mods, err := repo.Here()
	if err != nil {
		fatal(err)
	}
	files, err := repo.Files(root)
	if err != nil {
		fatal(err)
	}
	targets, err := find(root, files, mods)
	if err != nil {
		fatal(err)
	}
	var failed []string
	for _, t := range targets {
		if !strings.Contains(t.String(), *match) {
			continue
		}
		fmt.Println("--", t)
		if *list {
			continue
		}
		if err := run(os.Stdout, t, mods, *each); err != nil {
			failed = append(failed, t.String())
		}
	}
	if len(failed) > 0 {
		fatal(fmt.Errorf("targets that found something (the input is in the package's testdata/fuzz): %s",
			strings.Join(failed, ", ")))
	}
}

func fatal(err error) {
	fmt.Fprintln(os.Stderr, "fuzzall:", err)
	os.Exit(1)
}
