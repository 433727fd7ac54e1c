// Command each runs the go command in every module of the repository by
// itself, without the workspace:
//
//	each build ./...
//	each -published -os windows -arch amd64 vet ./...
//	each -outside -run /path/to/staticcheck ./...
//
// It goes on after a failure, and names the modules that failed at the end.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/tenon-dev/tenon/tools/dev/internal/repo"
)

func main() {
	var j job
	published := flag.Bool("published", false, "only the modules that a release tags")
	except := flag.String("except", "", "the folder of one module to leave out")
	outside := flag.Bool("outside", false, "only the modules that are not in go.work")
	goos := flag.String("os", "", "GOOS to build for (default: this machine's)")
	goarch := flag.String("arch", "", "GOARCH to build for (default: this machine's)")
	flag.IntVar(&j.atOnce, "jobs", 1, "how many modules at a time")
	flag.StringVar(&j.program, "run", "go", "what to run")
	flag.Parse()
	j.args = discard(flag.Args())
	j.keep = func(m repo.Module) bool {
		return (m.Published() || !*published) && !(m.InUse && *outside) && m.Dir != *except
	}
	if *goos != "" {
		j.env = append(j.env, "GOOS="+*goos, "CGO_ENABLED=0")
	}
	if *goarch != "" {
		j.env = append(j.env, "GOARCH="+*goarch)
	}
	if len(j.args) == 0 {
		fmt.Fprintln(os.Stderr, "each: nothing to run was given, for example: each build ./...")
		os.Exit(2)
	}
	_, mods, err := repo.Here()
	if err != nil {
		fmt.Fprintln(os.Stderr, "each:", err)
		os.Exit(1)
	}
	if failed := j.run(os.Stdout, mods); len(failed) > 0 {
		fmt.Fprintf(os.Stderr, "each: %s: failed in %s\n", j, strings.Join(failed, ", "))
		os.Exit(1)
	}
}
