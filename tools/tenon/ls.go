package main

import (
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/tenon-dev/tenon/core/attach"
	"github.com/tenon-dev/tenon/tools/tenon/internal/terminal"
)

// newList is "tenon ls": the plugins that run without a host of their own.
func newList() *cobra.Command {
	return &cobra.Command{
		Use:   "ls",
		Short: "List the plugins that run by themselves, or outlive their hosts",
		Long: `Ls lists the plugins that somebody started by hand or as a service (with --serve, or
Standalone), and those that outlive their hosts and that a host has saved with
reattach.Save. They are found in $TENON_RUNTIME_DIR, or else in tenon below
$XDG_RUNTIME_DIR, or else in tenon-UID in the directory for temporary files.

One that is gone was killed, and left its name behind; "tenon stop" clears it away.`,
		Example: "  tenon ls\n  tenon ls --json | jq -r '.[] | select(.state == \"running\").name'",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := standings()
			w := cmd.OutOrStdout()
			switch {
			case wantsJSON(cmd):
				if all == nil {
					all = []standing{}
				}
				if werr := printJSON(w, all); werr != nil {
					return werr
				}
			case len(all) == 0 && err == nil:
				fmt.Fprintf(cmd.ErrOrStderr(), "no plugin runs by itself (looked in %s)\n", terminal.Line(attach.Dir()))
			default:
				printStandings(w, all)
			}
			return err
		},
	}
}

func printStandings(w io.Writer, all []standing) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "name\tkind\tstate\tpid\tpath")
	for _, s := range all {
		pid := "-"
		if s.PID != 0 {
			pid = strconv.Itoa(s.PID)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", terminal.Line(s.Name), s.Kind, s.State, pid, terminal.Line(s.Path))
	}
	t.Flush()
}
