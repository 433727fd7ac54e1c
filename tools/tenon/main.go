// Command tenon is the command line of the Tenon plugin system.
//
// "tenon help" lists its subcommands; each is in a file of its own. docs/command.md has
// all of them with examples.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"regexp"
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
	root.SetArgs(dashes(args))
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	code := exitCode(ctx, err)
	if err != nil {
		report(stderr, err, code, wantsJSON(root))
	}
	return code
}

var oneDash = regexp.MustCompile(`^-[a-z][a-z-]+(=|$)`)

// dashes lets flags be written with one dash, as Go's own commands have them: none
// of tenon's flags has a short form that could be meant.
func dashes(args []string) []string {
	var out []string
	for i, arg := range args {
		if arg == "--" {
			return append(out, args[i:]...)
		}
		if oneDash.MatchString(arg) {
			arg = "-" + arg
		}
		out = append(out, arg)
	}
	return out
}
