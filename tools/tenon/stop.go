package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/tenon-dev/tenon/tools/tenon/internal/terminal"
)

// newStop is "tenon stop": end plugins that run without a host of their own.
func newStop() *cobra.Command {
	var everything bool
	var wait time.Duration
	cmd := &cobra.Command{
		Use:   "stop NAME...",
		Short: "Stop plugins that run by themselves, or outlive their hosts",
		Long: `Stop ends the plugins that "tenon ls" lists: each is asked to end, and killed when it has
not after some seconds. What one left behind that is gone is cleared away. It returns
when they have ended.

A plugin that outlives its host heeds nobody else while it has one: it is killed after
the time that --grace gives, and its host sees a crash.`,
		Example: "  tenon stop bolt-plugin\n  tenon stop --all",
		Args: usage(func(cmd *cobra.Command, args []string) error {
			if everything != (len(args) == 0) {
				return errors.New("name plugins, or say --all")
			}
			return nil
		}),
		RunE: func(cmd *cobra.Command, args []string) error {
			all, err := standings()
			if err != nil && len(all) == 0 {
				return err
			}
			chosen, missing := chooseStandings(all, args)
			if missing != nil {
				return errors.Join(missing, err)
			}
			stopped := []standing{}
			var failed []error
			if everything {
				failed = append(failed, err) // about those that could not be read
			}
			for _, s := range chosen {
				if err := s.stop(cmd.Context(), wait); err != nil {
					failed = append(failed, err)
					continue
				}
				stopped = append(stopped, s)
				if !wantsJSON(cmd) {
					fmt.Fprintf(cmd.OutOrStdout(), "%s  %s\n", stoppedWord(s), terminal.Line(s.Name))
				}
			}
			if wantsJSON(cmd) {
				failed = append(failed, printJSON(cmd.OutOrStdout(), stopped))
			}
			return errors.Join(failed...)
		},
	}
	cmd.Flags().BoolVar(&everything, "all", false, "stop all that tenon ls lists")
	cmd.Flags().DurationVar(&wait, "grace", 5*time.Second, "how long one that outlives its host has to end by itself")
	return cmd
}

// stoppedWord says what was done to it.
func stoppedWord(s standing) string {
	if s.State == stateGone {
		return "cleared"
	}
	return "stopped"
}

// chooseStandings returns those that have one of the names, all for none.
func chooseStandings(all []standing, names []string) ([]standing, error) {
	if len(names) == 0 {
		return all, nil
	}
	var chosen []standing
	for _, name := range names {
		before := len(chosen)
		for _, s := range all {
			if s.Name == name {
				chosen = append(chosen, s)
			}
		}
		if len(chosen) == before {
			return nil, noStanding(name, all)
		}
	}
	return chosen, nil
}

func (s standing) stop(ctx context.Context, grace time.Duration) error {
	if s.Kind == kindKept {
		return s.saved.End(ctx, grace)
	}
	return s.instance.Stop(ctx)
}
