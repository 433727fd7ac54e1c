package main

import (
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/tenon-dev/tenon/tools/dev/internal/repo"
)

// platforms are looked at one after the other; what only some of them have is
// marked.
func platforms() []string { return []string{"linux", "darwin", "windows"} }

// describeModule adds a file for each package that others can import.
func describeModule(into map[string]string, m repo.Module, mods []repo.Module) error {
	modfile, cleanup, err := repo.Alone(m, mods)
	if err != nil {
		return err
	}
	defer cleanup()
	found := make(map[string]map[string][]string) // package → line → platforms
	for _, goos := range platforms() {
		cfg := &packages.Config{
			Mode: packages.NeedName | packages.NeedTypes | packages.NeedImports | packages.NeedExportFile,
			Dir:  m.AbsDir(),
			Env:  append(os.Environ(), "GOWORK=off", "CGO_ENABLED=0", "GOOS="+goos, "GOARCH=amd64"),
		}
		if modfile != "" {
			cfg.BuildFlags = []string{modfile}
		}
		pkgs, err := packages.Load(cfg, "./...")
		if err != nil {
			return fmt.Errorf("load %s for %s: %w", m.Dir, goos, err)
		}
		for _, p := range pkgs {
			if len(p.Errors) > 0 {
				return fmt.Errorf("load %s for %s: %w", p.PkgPath, goos, p.Errors[0])
			}
			if p.Name == "main" || internal(p.PkgPath) {
				continue
			}
			if found[p.PkgPath] == nil {
				found[p.PkgPath] = make(map[string][]string)
			}
			for _, line := range describe(p.Types) {
				found[p.PkgPath][line] = append(found[p.PkgPath][line], goos)
			}
		}
	}
	for pkg, lines := range found {
		name := path.Join(strings.TrimPrefix(pkg, repo.Prefix), "api.txt")
		into[name] = format(pkg, lines)
	}
	return nil
}

func internal(pkg string) bool {
	return slices.Contains(strings.Split(pkg, "/"), "internal")
}

func format(pkg string, lines map[string][]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n", pkg)
	for _, line := range slices.Sorted(maps.Keys(lines)) {
		b.WriteString(line)
		if on := lines[line]; len(on) < len(platforms()) {
			fmt.Fprintf(&b, " [%s]", strings.Join(on, " "))
		}
		b.WriteByte('\n')
	}
	return b.String()
}
