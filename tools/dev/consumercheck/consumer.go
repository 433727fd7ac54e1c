package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/tenon-dev/tenon/tools/dev/internal/repo"
)

// A consumer is somebody who has only released modules.
type consumer struct {
	version  string
	temp     string // everything it writes is in here
	settings settings
	out      io.Writer // progress
}

func (c *consumer) proxy() string { return filepath.Join(c.temp, "proxy") }
func (c *consumer) work() string  { return filepath.Join(c.temp, "outside") }

// said is what the host of the outside program prints.
const said = "Starting host...\npong\n"

func (c *consumer) check(ctx context.Context, root string, mods []repo.Module, files []string, program fs.FS) error {
	var published []repo.Module
	for _, m := range mods {
		if !m.Published() {
			continue
		}
		published = append(published, m)
		if err := pack(c.proxy(), m, repo.Own(files, m, mods), c.version); err != nil {
			return err
		}
		fmt.Fprintf(c.out, "packed    %s %s\n", m.Path, c.version)
	}
	if err := c.getEach(ctx, published); err != nil {
		return err
	}
	if err := c.runProgram(ctx, published, program); err != nil {
		return err
	}
	if err := c.install(ctx); err != nil {
		return err
	}
	return c.project(ctx)
}

// getEach requires every published module by itself and builds all of its
// packages: that shows files that are missing in a zip, and requirements that
// another module would cover up by requiring more.
func (c *consumer) getEach(ctx context.Context, published []repo.Module) error {
	for _, m := range published {
		dir := filepath.Join(c.temp, "alone", filepath.FromSlash(m.Dir))
		if err := c.begin(ctx, dir); err != nil {
			return err
		}
		if _, err := c.run(ctx, dir, "go", "get", m.Path+"@"+c.version); err != nil {
			return err
		}
		if _, err := c.run(ctx, dir, "go", "build", m.Path+"/..."); err != nil {
			return err
		}
		fmt.Fprintf(c.out, "built     all packages of %s, required alone\n", m.Path)
	}
	return nil
}

// begin starts a module in dir.
func (c *consumer) begin(ctx context.Context, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	_, err := c.run(ctx, dir, "go", "mod", "init", "example.com/outside")
	return err
}

// runProgram builds the host and the plugin, and lets the host call.
func (c *consumer) runProgram(ctx context.Context, published []repo.Module, program fs.FS) error {
	if err := c.begin(ctx, c.work()); err != nil {
		return err
	}
	if err := os.CopyFS(c.work(), program); err != nil {
		return err
	}
	get := []string{"get"}
	for _, m := range published {
		get = append(get, m.Path+"@"+c.version)
	}
	bin := filepath.Join(c.temp, "bin")
	for _, args := range [][]string{
		get,
		{"mod", "tidy"},
		{"vet", "./..."},
		{"build", "-o", filepath.Join(bin, exe("host")), "./host"},
		{"build", "-o", filepath.Join(bin, exe("myplugin")), "./plugin"},
	} {
		if _, err := c.run(ctx, c.work(), "go", args...); err != nil {
			return err
		}
	}
	out, err := c.run(ctx, bin, filepath.Join(bin, exe("host")))
	if err != nil {
		return err
	}
	if out != said {
		return fmt.Errorf("the outside host printed %q, it should print %q", out, said)
	}
	fmt.Fprintf(c.out, "ran       an outside host with its plugin: %q\n", out)
	return nil
}

// install does what the README tells users to do.
func (c *consumer) install(ctx context.Context) error {
	if _, err := c.run(ctx, c.temp, "go", "install", command+"@"+c.version); err != nil {
		return err
	}
	out, err := c.run(ctx, c.temp, filepath.Join(c.temp, "bin", exe("tenon")), "version")
	if err != nil {
		return err
	}
	if !strings.Contains(out, " "+c.version+" ") {
		return fmt.Errorf("tenon version printed %q, which does not name %s", out, c.version)
	}
	fmt.Fprintf(c.out, "installed %s: %s\n", command, strings.Join(strings.Fields(out), " "))
	return nil
}

// run returns what a command printed to stdout; its stderr is in the error.
func (c *consumer) run(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(c.settings.environ(c.temp, c.proxy()), "PWD="+dir)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("as an outside user: %s %s: %w\n%s%s",
			filepath.Base(name), strings.Join(args, " "), err, &stdout, &stderr)
	}
	return stdout.String(), nil
}

func exe(name string) string {
	if runtime.GOOS == "windows" {
		return name + ".exe"
	}
	return name
}
