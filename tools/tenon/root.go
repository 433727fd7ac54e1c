package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// newRoot is the command without a subcommand, which prints help.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "tenon",
		Short:         "Work with Tenon plugins",
		Long:          "Tenon lets a Go program use Go interfaces whose implementations run in other processes.",
		SilenceErrors: true, // run prints them, once
		SilenceUsage:  true, // an error is easier to see without forty lines of help
		Args:          noCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(newVersion())
	root.AddCommand(newGen())
	return root
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
			return usageError{err}
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
	return usageError{fmt.Errorf("there is no command %q: there are %s", args[0], strings.Join(names, ", "))}
}
