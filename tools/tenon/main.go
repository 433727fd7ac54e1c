// Command tenon is the command line of the Tenon plugin system.
//
// "tenon help" lists its subcommands; each is in a file of its own.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
)

// The exit codes of every subcommand.
const (
	exitOK     = 0
	exitFailed = 1 // it was tried, and did not work
	exitUsage  = 2 // the command line is not one that tenon understands
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole command, with nothing taken from the process.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	fmt.Fprintf(stderr, "tenon: %v\n", err)
	if isUsage(err) {
		fmt.Fprintln(stderr, `"tenon help" lists the commands and their flags`)
		return exitUsage
	}
	return exitFailed
}
