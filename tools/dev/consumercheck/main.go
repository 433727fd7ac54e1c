// Command consumercheck sees the modules as an outside user gets them after a
// release: it packs every published module of the working tree into a module
// proxy in a temporary folder, builds and runs a host and a plugin that require
// only those, and installs the command from there. It writes nothing into the
// repository, so it can be run at any time:
//
//	consumercheck -version v0.1.0
//
// At the end it prints the tags that the release would make.
package main

import (
	"context"
	"embed"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"

	"golang.org/x/mod/semver"

	"github.com/tenon-dev/tenon/tools/dev/internal/repo"
)

//go:embed testdata/outside
var embedded embed.FS

// command is the package that users install, and corePath the module that their projects
// require.
const (
	command  = repo.Prefix + "tools/tenon"
	corePath = repo.Prefix + "core"
)

func main() {
	version := flag.String("version", "", "the version to pack the modules at, such as v0.1.0")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *version)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "consumercheck:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, version string) error {
	if !semver.IsValid(version) || semver.Canonical(version) != version {
		return fmt.Errorf("-version %q is not a full version such as v0.1.0", version)
	}
	root, mods, err := repo.Here()
	if err != nil {
		return err
	}
	files, err := repo.Files(root)
	if err != nil {
		return err
	}
	program, err := fs.Sub(embedded, "testdata/outside")
	if err != nil {
		return err
	}
	settings, err := readSettings(ctx)
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "tenon-consumer-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	c := &consumer{version: version, temp: temp, settings: settings, out: os.Stdout}
	if err := c.check(ctx, root, mods, files, program); err != nil {
		return err
	}
	return report(os.Stdout, root, mods, version)
}

// report prints the tags, and what is still missing for them.
func report(w io.Writer, root string, mods []repo.Module, version string) error {
	noted, err := changelogHas(filepath.Join(root, "CHANGELOG.md"), version)
	if err != nil {
		return err
	}
	if !noted {
		fmt.Fprintf(w, "note: CHANGELOG.md has no section %q yet: rename Unreleased before tagging\n", heading(version))
	}
	fmt.Fprintf(w, "a release of %s makes these tags, all on one commit, none of them ever moved:\n", version)
	for _, m := range mods {
		if m.Published() {
			fmt.Fprintf(w, "git tag %s\n", m.Tag(version))
		}
	}
	return nil
}
