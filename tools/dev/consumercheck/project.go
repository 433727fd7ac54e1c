package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
)

// greets is what the host of a new project prints first.
const greets = "Hello, world!\n"

// project does what "tenon new" tells its users to do: the project builds with nothing
// but released modules, its test passes, and its host runs.
func (c *consumer) project(ctx context.Context) error {
	dir, bin := filepath.Join(c.temp, "project"), filepath.Join(c.temp, "project-bin")
	if _, err := c.run(ctx, c.temp, filepath.Join(c.temp, "bin", exe("tenon")), "new", "hello", "--dir", dir, "--module", "example.com/hello"); err != nil {
		return err
	}
	for _, args := range [][]string{
		{"mod", "tidy"},
		{"vet", "./..."},
		{"test", "./..."},
		{"build", "-o", filepath.Join(bin, exe("hello-host")), "./host"},
		{"build", "-o", filepath.Join(bin, exe("hello-plugin")), "./plugin"},
	} {
		if _, err := c.run(ctx, dir, "go", args...); err != nil {
			return fmt.Errorf("a project of tenon new: %w", err)
		}
	}
	required, err := c.run(ctx, dir, "go", "list", "-m", "all")
	if err != nil {
		return err
	}
	if want := corePath + " " + c.version + "\n"; !strings.Contains(required, want) {
		return fmt.Errorf("a project of tenon new requires\n%s, and not %s", required, want)
	}
	out, err := c.run(ctx, bin, filepath.Join(bin, exe("hello-host")))
	if err != nil {
		return err
	}
	if !strings.HasPrefix(out, greets) {
		return fmt.Errorf("the host of a project of tenon new printed %q, and not first %q", out, greets)
	}
	fmt.Fprintf(c.out, "ran       a project of tenon new: %q\n", out)
	return nil
}
