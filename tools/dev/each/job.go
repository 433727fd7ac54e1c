package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/tenon-dev/tenon/tools/dev/internal/repo"
)

// A job is what to run in each module.
type job struct {
	program string
	args    []string
	env     []string
	atOnce  int // how many modules at a time; 0: one after the other
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

// run returns the folders of the modules in which the job failed. What each printed
// stands together, in the order of the modules, however many ran at a time.
func (j job) run(w io.Writer, mods []repo.Module) []string {
	kept := slices.DeleteFunc(slices.Clone(mods), func(m repo.Module) bool { return !j.keep(m) })
	type result struct {
		printed bytes.Buffer
		err     error
		done    chan struct{}
	}
	results := make([]result, len(kept))
	for i := range results {
		results[i].done = make(chan struct{})
	}
	turns := make(chan struct{}, max(j.atOnce, 1))
	go func() {
		for i, m := range kept {
			turns <- struct{}{}
			go func() {
				r := &results[i]
				r.err = j.one(&r.printed, m, mods)
				<-turns
				close(r.done)
			}()
		}
	}()
	var failed []string
	for i, m := range kept {
		fmt.Fprintf(w, "-- %s\n", m.Dir)
		r := &results[i]
		<-r.done
		r.printed.WriteTo(w)
		if r.err != nil {
			fmt.Fprintf(w, "-- %s: %v\n", m.Dir, r.err)
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
