package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/tenon-dev/tenon/tools/dev/internal/repo"
)

// goLine is the oldest Go that users may build with: the go line of a library
// is a floor for every consumer, and tools like to write the local release into
// it.
const goLine = "1.25.0"

// check returns one line for each thing that is wrong.
func check(root string, mods []repo.Module, version string) ([]string, error) {
	if !semver.IsValid(version) || semver.Canonical(version) != version {
		return nil, fmt.Errorf("-version %q is not a full version such as v0.1.0", version)
	}
	var found []string
	for _, m := range mods {
		r := &report{file: m.Dir + "/go.mod"}
		r.lines(m)
		r.path(m)
		r.requires(m, version)
		if err := r.replaces(root, m, mods); err != nil {
			return nil, err
		}
		found = append(found, r.found...)
	}
	work, err := workLines(root)
	return append(found, work...), err
}

type report struct {
	file  string
	found []string
}

func (r *report) addf(format string, args ...any) {
	r.found = append(r.found, r.file+": "+fmt.Sprintf(format, args...))
}

func (r *report) lines(m repo.Module) {
	if m.Mod.Toolchain != nil {
		r.addf("toolchain line: remove it, it would choose the toolchain of whoever builds this module first")
	}
	if !m.Published() {
		return
	}
	if m.Mod.Go == nil || m.Mod.Go.Version != goLine {
		have := "none"
		if m.Mod.Go != nil {
			have = m.Mod.Go.Version
		}
		r.addf("go line is %s: write %s, and choose versions of dependencies that allow it", have, goLine)
	}
	if len(m.Mod.Tool) > 0 {
		r.addf("tool line: what it needs would enter every consumer's module graph, move it to tools/dev")
	}
}

func (r *report) path(m repo.Module) {
	if want := repo.Prefix + m.Dir; m.InUse && m.Published() && strings.HasPrefix(m.Path, repo.Prefix) && m.Path != want {
		r.addf("module path %s does not match its folder: the tag of a release finds it only as %s", m.Path, want)
	}
}

func (r *report) requires(m repo.Module, version string) {
	for _, req := range m.Mod.Require {
		v := req.Mod.Version
		switch {
		case strings.HasPrefix(v, "v0.0.0-0001"):
			r.addf("requires %s at the placeholder %s: name the version that will be tagged", req.Mod.Path, v)
		case !strings.HasPrefix(req.Mod.Path, repo.Prefix):
		case module.IsPseudoVersion(v):
			r.addf("requires %s at the untagged %s: name the version that will be tagged, %s", req.Mod.Path, v, version)
		case v != version:
			r.addf("requires %s %s: modules are released together, so it is %s", req.Mod.Path, v, version)
		}
	}
}

func (r *report) replaces(root string, m repo.Module, mods []repo.Module) error {
	command, err := shipsCommand(root, m, mods)
	if err != nil {
		return err
	}
	for _, rep := range m.Mod.Replace {
		switch {
		case command:
			r.addf("replaces %s, but the module ships a command: \"go install …@version\" refuses replace lines", rep.Old.Path)
		case rep.New.Version != "" || !strings.HasPrefix(rep.Old.Path, repo.Prefix):
			r.addf("replaces %s: consumers do not see it, so they would build something else than we test", rep.Old.Path)
		case !leadsTo(m, rep, mods):
			r.addf("replaces %s by %s, which is not that module's folder", rep.Old.Path, rep.New.Path)
		}
	}
	if command || !m.Published() {
		return nil
	}
	for _, req := range m.Siblings() {
		if !m.Replaced(req.Mod.Path) {
			r.addf("requires %s without replacing it by its folder: the module cannot be built alone", req.Mod.Path)
		}
	}
	return nil
}

func leadsTo(m repo.Module, rep *modfile.Replace, mods []repo.Module) bool {
	dir := filepath.Join(m.AbsDir(), filepath.FromSlash(rep.New.Path))
	for _, other := range mods {
		if other.Path == rep.Old.Path {
			return other.AbsDir() == dir
		}
	}
	return false
}

func workLines(root string) ([]string, error) {
	data, err := os.ReadFile(filepath.Join(root, "go.work"))
	if err != nil {
		return nil, err
	}
	work, err := modfile.ParseWork("go.work", data, nil)
	if err != nil {
		return nil, err
	}
	r := &report{file: "go.work"}
	if work.Toolchain != nil {
		r.addf("toolchain line: remove it")
	}
	if len(work.Replace) > 0 {
		r.addf("replace lines: put them into the modules, where a build without the workspace sees them")
	}
	return r.found, nil
}
