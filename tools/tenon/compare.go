package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/discover"
)

// newCompare is "tenon compare": what a new release breaks.
func newCompare() *cobra.Command {
	var f pluginFlags
	var against int
	cmd := &cobra.Command{
		Use:   "compare OLD NEW",
		Short: "Show what a new plugin binary adds, and what it breaks",
		Long: `Compare shows what the hosts of an old plugin meet in a new one: first what breaks
them, then what was added. Nothing is started: each plugin is asked to describe itself.
OLD and NEW are files of plugins, or what a plugin printed with --describe, or - for
that on standard input.

The exit code is 1 when something breaks, so that a build can stop at it.`,
		Example: `  tenon compare ./bolt-plugin-1.3 ./bolt-plugin
  ./bolt-plugin --describe > api.json                 once, to be kept
  tenon compare api.json ./bolt-plugin                in every build`,
		Args: usage(cobra.ExactArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			var both [2]*tenon.Description
			for i, arg := range args {
				var err error
				if both[i], err = describe(cmd.Context(), f, arg, cmd.InOrStdin()); err != nil {
					return err
				}
			}
			changes := tenon.CompareDescriptions(both[0], both[1])
			if against != 0 {
				if old, next := both[0].Versions, both[1].Versions; !slices.Contains(old, against) && !slices.Contains(next, against) {
					return usageError{fmt.Errorf("neither of them has protocol version %d: they have %v and %v", against, old, next)}
				}
				changes = only(changes, against)
			}
			return printChanges(cmd, changes)
		},
	}
	cmd.Flags().IntVar(&against, "protocol", 0, "look at this protocol `version` only")
	limitVar(cmd.Flags(), &f.wait, "start-timeout", describeTime, "how long a plugin may take to describe itself")
	return cmd
}

// describe returns what a plugin says of itself: one that is asked, or what one said.
func describe(ctx context.Context, f pluginFlags, arg string, stdin io.Reader) (*tenon.Description, error) {
	if arg != "-" {
		printed, err := isPrinted(arg)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errNoPlugin, err)
		}
		if !printed {
			p, err := discover.File(ctx, arg, discover.Options{NoCache: true, Timeout: f.wait})
			if err != nil {
				return nil, err
			}
			return &p.Description, nil
		}
	}
	b, err := readInput(ctx, arg, stdin, longestPrinted)
	if errors.Is(err, errLongInput) {
		err = fmt.Errorf("%w: %w", discover.ErrDescribe, err)
	}
	if err != nil {
		return nil, err
	}
	d, err := discover.Parse(b)
	if err != nil {
		return nil, fmt.Errorf("%s is neither a plugin nor what one prints with --describe: %w", arg, err)
	}
	return &d, nil
}

// longestPrinted is how much is read of what a plugin printed.
const longestPrinted = 8 << 20

// isPrinted reports whether a file holds what a plugin printed, and is none: it begins as
// JSON does, or is a pipe, as a shell makes it for <(./plugin --describe).
func isPrinted(path string) (bool, error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() { // opening a pipe would wait
		return err == nil && info.Mode()&os.ModeNamedPipe != 0, err
	}
	file, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer file.Close()
	var first [1]byte
	n, _ := file.ReadAt(first[:], 0)
	return n == 1 && first[0] == '{', nil
}

func only(changes []tenon.DescriptionChange, version int) []tenon.DescriptionChange {
	var some []tenon.DescriptionChange
	for _, c := range changes {
		if c.Version == version {
			some = append(some, c)
		}
	}
	return some
}

func printChanges(cmd *cobra.Command, changes []tenon.DescriptionChange) error {
	broken := 0
	for _, c := range changes {
		if c.Breaks {
			broken++
		}
	}
	var err error
	if wantsJSON(cmd) {
		if changes == nil {
			changes = []tenon.DescriptionChange{}
		}
		err = printJSON(cmd.OutOrStdout(), map[string]any{"breaks": broken > 0, "changes": changes})
	} else {
		p := newPage(cmd.OutOrStdout())
		for _, c := range changes {
			if c.Breaks {
				p.style("31", "breaks")
			} else {
				p.style("32", "adds  ")
			}
			p.line("  " + c.Text())
		}
		if len(changes) == 0 {
			p.line("nothing changed for hosts")
		}
	}
	if err == nil && broken > 0 {
		return quiet(exitFailed)
	}
	return err
}
