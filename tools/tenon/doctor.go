package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/tools/tenon/internal/machine"
)

// newDoctor is "tenon doctor": why plugins, or one of them, do not work here.
func newDoctor() *cobra.Command {
	var f pluginFlags
	cmd := &cobra.Command{
		Use:   "doctor [PLUGIN]",
		Short: "Check what plugins need on this machine, and why one does not start",
		Long: `Doctor tries what plugins need of this machine: to run a program in the directory for
temporary files, sockets and the lengths of their paths, who is at the other end of one,
a plugin from its start to its stop, limits, and Landlock. With PLUGIN it then goes
through that one's start step by step, and says at which it fails, and why.

The exit code is 1 when something on this machine is bad, and that of the step where a
plugin fails.`,
		Example:           "  tenon doctor\n  tenon doctor ./bolt-plugin",
		ValidArgsFunction: completePlugin,
		Args:              usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			findings := machine.Check(cmd.Context(), machine.Self{Args: []string{serveSelf}})
			var failure error
			if len(args) == 1 {
				var about []machine.Finding
				about, failure = f.examine(cmd, args[0])
				findings = append(findings, about...)
			}
			if err := printFindings(cmd, findings); err != nil {
				return err
			}
			if failure != nil {
				return quiet(exitCode(cmd.Context(), failure))
			}
			for _, found := range findings {
				if found.Level == machine.Bad {
					return quiet(exitFailed)
				}
			}
			return nil
		},
	}
	f.register(cmd)
	return cmd
}

// serveSelf is the hidden command that makes this program a plugin, to try one.
const serveSelf = "be-a-plugin"

func newServeSelf() *cobra.Command {
	return &cobra.Command{
		Use: serveSelf, Hidden: true, Args: usage(cobra.NoArgs),
		Short: "Be the plugin that doctor starts",
		RunE:  func(cmd *cobra.Command, _ []string) error { return machine.Serve(cmd.Context()) },
	}
}

// examine goes through the start of a plugin. The error is the one at which it ended.
func (f *pluginFlags) examine(cmd *cobra.Command, arg string) (all []machine.Finding, failure error) {
	step := func(check, format string, args ...any) {
		all = append(all, machine.Finding{Check: check, Level: machine.OK, Found: fmt.Sprintf(format, args...)})
	}
	fail := func(check string, err error) ([]machine.Finding, error) {
		found := machine.Finding{Check: check, Level: machine.Bad, Found: strings.TrimPrefix(err.Error(), "tenon: ")}
		if start := (*tenon.StartError)(nil); errors.As(err, &start) {
			found.Found, found.Hint = start.Reason, start.Hint
			if start.Stderr != "" {
				found.Found += "; its stderr ended with: " + lastLines(start.Stderr, 5)
			}
		}
		if file := (*launch.StartError)(nil); errors.As(err, &file) {
			found.Found, found.Hint = file.Found, file.Hint
		}
		return append(all, found), err
	}
	ctx := cmd.Context()
	s, err := f.find(ctx, arg)
	if err != nil {
		return fail("the file", err)
	}
	switch {
	case s.running:
		step("the plugin", "one of that name runs by itself")
	case s.description != nil:
		d := s.description
		step("the file", "it runs here, and describes itself: %s, protocol %s, transports %s, codecs %s",
			joined(d.Name, d.Release), numbers(d.Versions), spaced(d.Transports), spaced(d.Codecs))
	}
	cfg, err := f.config(s, io.Discard)
	if err != nil {
		return fail("the start", err)
	}
	client, err := start(ctx, cfg)
	if err != nil {
		return fail("the start", err)
	}
	defer client.Close()
	info := client.Info()
	step("the start", "ready in %s (launched %s, answered %s), link %s, transport %s", milliseconds(info.ReadyAfter),
		milliseconds(info.Steps.Launched), milliseconds(info.Steps.Answered), info.Link, info.Transport)
	found, err := f.objects(ctx, client)
	all = append(all, found...)
	if err != nil {
		return fail("the services", err)
	}
	if err := client.Stop(ctx); err != nil {
		return fail("the stop", err)
	}
	if !s.running {
		step("the stop", "it ended in order")
	}
	return all, nil
}

// objects dispenses one object of each service that needs no configuration, and tells
// which services no codec can carry.
func (f *pluginFlags) objects(ctx context.Context, client *tenon.Client) (all []machine.Finding, err error) {
	ctx, cancel := f.within(ctx)
	defer cancel()
	catalogue, err := f.catalogue(ctx, client)
	if err != nil {
		return nil, err
	}
	for _, s := range catalogue.Services {
		found := machine.Finding{Check: "service " + s.Name, Level: machine.OK, Found: fmt.Sprintf("%d methods", len(s.Methods))}
		if s.Config != nil {
			found.Found += "; not dispensed, since it takes a configuration"
			all = append(all, found)
			continue
		}
		began := time.Now()
		o, err := client.Dispense(ctx, s.Name, nil)
		if err != nil {
			found.Level, found.Found = machine.Bad, err.Error()
			if len(s.Codecs) == 0 {
				found.Hint = "none of the plugin's codecs can carry all of its types"
			}
			return append(all, found), err
		}
		found.Found += ", dispensed in " + milliseconds(time.Since(began))
		o.Close()
		all = append(all, found)
	}
	return all, nil
}

func printFindings(cmd *cobra.Command, findings []machine.Finding) error {
	if wantsJSON(cmd) {
		return printJSON(cmd.OutOrStdout(), findings)
	}
	p := newPage(cmd.OutOrStdout())
	styles := map[machine.Level]string{machine.OK: "32", machine.Note: "33", machine.Bad: "31"}
	wide := 0
	for _, f := range findings {
		wide = max(wide, width(f.Check))
	}
	for _, f := range findings {
		p.style(styles[f.Level], pad(string(f.Level), 4))
		indent := strings.Repeat(" ", wide+8)
		p.wrap("  "+pad(f.Check, wide)+"  ", indent, strings.Fields(f.Found), " ")
		if f.Hint != "" {
			p.wrap(indent+"→ ", indent+"  ", strings.Fields(f.Hint), " ")
		}
	}
	return nil
}

func lastLines(text string, most int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-most):], " | ")
}

func numbers(all []int) string {
	var words []string
	for _, n := range all {
		words = append(words, fmt.Sprint(n))
	}
	return spaced(words)
}
