package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/tenon-dev/tenon/tools/dev/internal/repo"
)

// A job is what to run in each module.
type job struct {
	program string
	args    []string
	env     []string
	keep    func(repo.Module) bool
}

// String is the job as one would type it.
func (j job) String() string {
	words := append([]string{"GOWORK=off"}, j.env...)
	return strings.Join(append(append(words, j.program), j.args...), " ")
}

// discard makes "go build" throw its result away: with one command in a module
// it would write the program into the module's folder.
func discard(args []string) []string {
	if len(args) == 0 || args[0] != "build" {
		return args
	}
	return append([]string{"build", "-o", os.DevNull}, args[1:]...)
}

// run returns the folders of the modules in which the job failed.
func (j job) run(w io.Writer, mods []repo.Module) []string {
	var failed []string
	for _, m := range mods {
		if !j.keep(m) {
			continue
		}
		fmt.Fprintf(w, "-- %s\n", m.Dir)
		if err := j.one(w, m, mods); err != nil {
			fmt.Fprintf(w, "-- %s: %v\n", m.Dir, err)
			failed = append(failed, m.Dir)
		}
	}
	return failed
}

func (j job) one(w io.Writer, m repo.Module, mods []repo.Module) error {
	modfile, cleanup, err := repo.Alone(m, mods)
	if err != nil {
		return err
	}
	defer cleanup()
	var cmd *exec.Cmd
	if j.program == "go" {
		cmd = repo.GoAlone(m, modfile, j.env, j.args...)
	} else {
		// A program that runs the go command takes the flag only this way.
		cmd = exec.Command(j.program, j.args...)
		cmd.Dir = m.AbsDir()
		cmd.Env = append(os.Environ(), "GOWORK=off", "PWD="+cmd.Dir, "GOFLAGS="+strings.TrimSpace(os.Getenv("GOFLAGS")+" "+modfile))
		cmd.Env = append(cmd.Env, j.env...)
	}
	cmd.Stdout, cmd.Stderr = w, w
	return cmd.Run()
}
