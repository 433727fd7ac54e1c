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

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
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
	root.SetArgs(dashes(root, args))
	root.SetIn(stdin)
	out := &output{w: stdout}
	root.SetOut(out)
	root.SetErr(stderr)
	addHelp(root)
	err := out.lost(root.ExecuteContext(ctx))
	code := exitCode(ctx, err)
	if err != nil {
		report(stderr, err, code, wantsJSON(root))
	}
	return code
}

var oneDash = regexp.MustCompile(`^-([a-z][a-z-]+)(=|$)`)

// dashes lets flags be written with one dash, as Go's own commands have them. What is
// no flag of that name is left alone: it may be short ones.
func dashes(root *cobra.Command, args []string) []string {
	known := map[string]bool{"help": true}
	for _, cmd := range append(root.Commands(), root) {
		for _, flags := range []*pflag.FlagSet{cmd.Flags(), cmd.PersistentFlags()} {
			flags.VisitAll(func(f *pflag.Flag) { known[f.Name] = true })
		}
	}
	var out []string
	for i, arg := range args {
		if arg == "--" {
			return append(out, args[i:]...)
		}
		if m := oneDash.FindStringSubmatch(arg); m != nil && known[m[1]] {
			arg = "-" + arg
		}
		out = append(out, arg)
	}
	return out
}
