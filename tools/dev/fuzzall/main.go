// Command fuzzall finds every fuzz target of the repository by itself and runs
// each for a while:
//
//	fuzzall -time 30s
//	fuzzall -time 10s -jobs 2
//	fuzzall -time 5m -keep 20
//	fuzzall -list
//
// It goes on after a finding, and names the targets that found something at the
// end.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/tenon-dev/tenon/tools/dev/internal/repo"
)

func main() {
	each := flag.String("time", "10s", "how long each target runs: a duration, or a count such as 1000x")
	match := flag.String("match", "", "only targets whose package folder or name contains this")
	list := flag.Bool("list", false, "print the targets and run none")
	jobs := flag.Int("jobs", 1, "how many targets run at a time")
	kept := flag.Int("keep", 0, "copy interesting inputs into testdata/fuzz, until each target has so many there")
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
	var chosen []target
	for _, t := range targets {
		if !strings.Contains(t.String(), *match) {
			continue
		}
		if *list {
			fmt.Println("--", t)
			continue
		}
		chosen = append(chosen, t)
	}
	failed := runAll(chosen, mods, *each, max(*jobs, 1))
	for _, t := range chosen {
		if *kept > 0 {
			if err := keep(t, root, *kept); err != nil {
				fatal(err)
			}
		}
	}
	if len(failed) > 0 {
		fatal(fmt.Errorf("targets that found something (the input is in the package's testdata/fuzz): %s",
			strings.Join(failed, ", ")))
	}
}

// runAll runs the targets, so many at a time, and returns those that failed. What one prints
// stays together.
func runAll(targets []target, mods []repo.Module, each string, jobs int) []string {
	var all sync.WaitGroup
	var mu sync.Mutex
	var failed []string
	slots := make(chan struct{}, jobs)
	for _, t := range targets {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			var out bytes.Buffer
			w := io.Writer(&out)
			if jobs == 1 {
				fmt.Println("--", t)
				w = os.Stdout
			}
			err := run(w, t, mods, each, max(runtime.NumCPU()/jobs, 1))
			mu.Lock()
			defer mu.Unlock()
			if jobs > 1 {
				fmt.Printf("-- %s\n%s", t, &out)
			}
			if err != nil {
				failed = append(failed, t.String())
			}
		})
	}
	all.Wait()
	slices.Sort(failed)
	return failed
}

func fatal(err error) {
	fmt.Fprintln(os.Stderr, "fuzzall:", err)
	os.Exit(1)
}
