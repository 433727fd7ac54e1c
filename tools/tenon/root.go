package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tenon-dev/tenon/core/rpc"
)

// newRoot is the command without a subcommand, which prints help.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "tenon",
		Short: "Work with Tenon plugins",
		Long: `Tenon lets a Go program use Go interfaces whose implementations run in other processes.
This command looks at plugins, calls them, and measures them.

PLUGIN stands for a file, or for the name of a plugin that runs by itself ("tenon ls").
Flags may have one dash or two. Exit codes are the same everywhere:

  0  it worked                              7  what was given is no JSON
  1  it did not; or "compare": it breaks    8  what was given has the wrong type
  2  the command line is wrong              9  the method cannot be called without a stub
  3  there is no such plugin               10  the plugin answered with an error
  4  the file is not a plugin              11  the plugin crashed
  5  the plugin does not start             12  the time ran out
  6  the plugin has no such method        130  interrupted`,
		SilenceErrors: true, // run prints them, once
		SilenceUsage:  true, // an error is easier to see without forty lines of help
		Args:          noCommand,
	}
	printsVersion := root.Flags().Bool("version", false, "print the version, as \"tenon version\" does")
	root.RunE = func(cmd *cobra.Command, _ []string) error {
		if *printsVersion {
			return showVersion(cmd)
		}
		return cmd.Help()
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.PersistentFlags().Bool(jsonFlag, false, "print JSON, errors too")
	root.AddCommand(
		newNew(),
		newGen(),
		newInspect(),
		newCall(),
		newBench(),
		newCompare(),
		newDoctor(),
		newList(),
		newStop(),
		newVersion(),
		newServeSelf(),
	)
	return root
}

// addHelp adds the commands that cobra has, as strict as the others. They keep the output
// that root has by now.
func addHelp(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "help":
			cmd.Args = helpTopic
		case "completion":
			cmd.Args = noCommand
			cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		}
	}
}

// helpTopic refuses what is no command, of which help would show that of all.
func helpTopic(cmd *cobra.Command, args []string) error {
	if found, rest, err := cmd.Root().Find(args); err != nil || found == nil || len(args) > 0 && (found == cmd.Root() || len(rest) > 0) {
		return noCommand(cmd.Root(), args)
	}
	return nil
}

const jsonFlag = "json"

// wantsJSON reports whether the flag --json was given.
func wantsJSON(cmd *cobra.Command) bool {
	v, err := cmd.Root().PersistentFlags().GetBool(jsonFlag)
	return err == nil && v
}

// A usageError is a command line that tenon does not understand.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

func isUsage(err error) bool {
	var usage usageError
	return errors.As(err, &usage)
}

// usage turns a check of arguments into one whose errors are usage errors.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{fmt.Errorf("%w: it is %q", err, cmd.UseLine())}
		}
		return nil
	}
}

func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	hint := ""
	if near := rpc.Nearest(args[0], names); near != "" {
		hint = fmt.Sprintf(": did you mean %q?", near)
	}
	return usageError{fmt.Errorf("there is no command %q: there are %s%s", args[0], strings.Join(names, ", "), hint)}
}
