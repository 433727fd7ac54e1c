package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tenon-dev/tenon/tools/tenon/internal/templates"
	"github.com/tenon-dev/tenon/tools/tenon/internal/terminal"
)

// newNew is "tenon new": a project to begin with.
func newNew() *cobra.Command {
	var module, replace, dir string
	cmd := &cobra.Command{
		Use:   "new NAME",
		Short: "Begin a project: a host, a plugin, their interface, and a test",
		Long: `New makes the directory NAME with a Go module in it: the interface that host and plugin
share, what "tenon gen" makes of it, a plugin, a host, a test, and a Makefile. In it,
"make run" works at once. It needs Go, and, the first time, the network for Tenon's core
module; --replace takes that from a clone of Tenon's repository.`,
		Example: "  tenon new hello && cd hello && make run\n  tenon new hello --module example.org/hello",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			values, err := projectValues(args[0], module, replace)
			if err != nil {
				return usageError{err}
			}
			if dir == "" {
				dir = values.Name
			}
			made, err := makeProject(dir, values)
			if err != nil {
				return err
			}
			if wantsJSON(cmd) {
				return printJSON(cmd.OutOrStdout(), map[string]any{"directory": dir, "module": values.Module, "files": made})
			}
			for _, path := range made {
				fmt.Fprintln(cmd.OutOrStdout(), terminal.Line(filepath.Join(dir, path)))
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "now: cd %s && make run\n", terminal.Line(dir))
			return nil
		},
	}
	cmd.Flags().StringVar(&module, "module", "", "the `path` of the Go module (default: NAME)")
	cmd.Flags().StringVar(&dir, "dir", "", "make it in this `directory` (default: NAME)")
	cmd.Flags().StringVar(&replace, "replace", "", "use Tenon from a clone of its repository in this `directory`")
	return cmd
}

var (
	projectName = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	modulePath  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._~/-]*$`)
)

// projectValues checks what the user wants, and fills in the rest.
func projectValues(name, module, replace string) (templates.Values, error) {
	v := templates.Values{Name: name, Module: module, Core: corePath}
	if !projectName.MatchString(name) || len(name) > 40 {
		return v, fmt.Errorf("%q cannot name a project: use up to 40 small letters, digits and dashes, and a letter first", name)
	}
	if module == "" {
		v.Module = name
	}
	if !modulePath.MatchString(v.Module) || strings.Contains(v.Module, "//") || strings.HasSuffix(v.Module, "/") {
		return v, fmt.Errorf("%q cannot be the path of a Go module", v.Module)
	}
	if replace != "" {
		core, err := filepath.Abs(filepath.Join(replace, "core"))
		if err != nil {
			return v, err
		}
		if _, err := os.Stat(filepath.Join(core, "go.mod")); err != nil {
			return v, fmt.Errorf("--replace %s: it is no clone of Tenon's repository: %w", replace, err)
		}
		v.Replace = filepath.ToSlash(core)
	}
	v.Version = coreVersion(replace != "")
	return v, nil
}

// coreVersion is the version of the core module that this command was built with; ""
// where it was built from a clone, and the go command is to find the latest.
func coreVersion(replaced bool) string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			if dep.Path == corePath && dep.Replace == nil && strings.HasPrefix(dep.Version, "v") {
				return dep.Version
			}
		}
	}
	if replaced {
		return "v0.0.0" // the directory that replaces it has none
	}
	return ""
}

// makeProject writes the files into a directory that is not there, or is empty. After
// an error nothing that it made is left.
func makeProject(dir string, v templates.Values) (made []string, err error) {
	all, err := templates.Project(v)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	fresh := errors.Is(err, fs.ErrNotExist)
	switch {
	case err != nil && !fresh:
		return nil, fmt.Errorf("make the project: %w", err)
	case len(entries) > 0:
		return nil, fmt.Errorf("make the project: the directory %s is not empty: choose another one with --dir", dir)
	}
	defer func() {
		if err == nil {
			return
		}
		for _, path := range made {
			os.Remove(filepath.Join(dir, path))
		}
		if fresh {
			os.RemoveAll(dir)
		}
	}()
	for _, f := range all {
		path := filepath.Join(dir, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return made, fmt.Errorf("make the project: %w", err)
		}
		if err := os.WriteFile(path, f.Content, 0o644); err != nil {
			return made, fmt.Errorf("make the project: %w", err)
		}
		made = append(made, f.Path)
	}
	return made, nil
}
