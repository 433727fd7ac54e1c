package launchtest

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
)

// A Program is what the launcher under test shall run. A launcher of processes
// takes Path, Args and Env; one that has no process takes Serve.
type Program struct {
	Name string
	Path string   // the test binary, which plays it by way of [Main]
	Args []string // its arguments
	Env  []string // variables, "KEY=value", that it must get beside the request's own

	// Serve does the same in a function, as far as that is possible. It is nil for
	// programs whose point is a process.
	Serve func(ctx context.Context, link net.Conn) error
}

// The variables by which a test tells the programs what to do.
const (
	programVar = "TENON_LAUNCHTEST_PROGRAM"
	dialVar    = "TENON_LAUNCHTEST_DIAL"
	valueVar   = "TENON_LAUNCHTEST_VALUE"
)

// Main plays a program and exits, if this process was started to do that;
// otherwise it does nothing. Call it first in TestMain.
func Main() {
	name := os.Getenv(programVar)
	if name == "" {
		return
	}
	play, ok := programs()[name]
	if !ok {
		os.Stderr.WriteString("launchtest: there is no program " + name + "\n")
		os.Exit(99)
	}
	os.Exit(play())
}

// errQuit is what the function form of the program "quit" returns.
var errQuit = errors.New("launchtest: the program was asked to fail")

// program returns the one of that name, with more variables for it.
func program(name string, env ...string) (Program, error) {
	path, err := os.Executable()
	if err != nil {
		return Program{}, err
	}
	serve := map[string]func(context.Context, net.Conn) error{
		"echo": func(ctx context.Context, link net.Conn) error {
			stop := context.AfterFunc(ctx, func() { link.Close() })
			defer stop()
			defer link.Close()
			io.Copy(link, link)
			return nil
		},
		"wait": func(ctx context.Context, link net.Conn) error {
			stop := context.AfterFunc(ctx, func() { link.Close() })
			defer stop()
			io.Copy(io.Discard, link)
			return nil
		},
		"stubborn": func(_ context.Context, link net.Conn) error {
			io.Copy(io.Discard, link)
			return nil
		},
		"quit": func(context.Context, net.Conn) error { return errQuit },
	}[name]
	return Program{
		Name: name,
		Path: path,
		Args: []string{"-test.run=^$"}, // runs nothing, should TestMain not call Main
		// Under the race detector a process sleeps for a second before it exits.
		Env:   append([]string{programVar + "=" + name, "GORACE=atexit_sleep_ms=0"}, env...),
		Serve: serve,
	}, nil
}
