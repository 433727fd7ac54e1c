// Command apigolden keeps the exported API of every published package as text,
// so that a change of it is seen, and decided on, in review:
//
//	apigolden          compare, and print the difference
//	apigolden -update  write the files anew
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/tenon-dev/tenon/tools/dev/internal/repo"
)

// golden is where the files are, relative to the repository.
const golden = "tools/dev/apigolden/testdata/api"

func main() {
	update := flag.Bool("update", false, "write the files instead of comparing with them")
	flag.Parse()
	if err := run(*update); err != nil {
		fmt.Fprintln(os.Stderr, "apigolden:", err)
		os.Exit(1)
	}
}

func run(update bool) error {
	root, mods, err := repo.Here()
	if err != nil {
		return err
	}
	got := make(map[string]string)
	for _, m := range mods {
		if !m.Published() {
			continue
		}
		if err := describeModule(got, m, mods); err != nil {
			return err
		}
	}
	dir := filepath.Join(root, filepath.FromSlash(golden))
	if update {
		return write(dir, got)
	}
	want, err := read(dir)
	if err != nil {
		return err
	}
	if diff := compare(want, got); diff != "" {
		fmt.Fprint(os.Stderr, diff)
		return fmt.Errorf("the exported API differs from %s: if that is meant, run \"make api-update\" and say so in CHANGELOG.md", golden)
	}
	return nil
}
