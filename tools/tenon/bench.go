package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/tools/tenon/internal/load"
)

// benchFlags are those of "tenon bench".
type benchFlags struct {
	callFlags
	callers    []int
	transports []string
	codecs     []string
	duration   time.Duration
	warmup     time.Duration
	svg        string
}

// newBench is "tenon bench": how fast a plugin's method is, over what it offers.
func newBench() *cobra.Command {
	var f benchFlags
	cmd := &cobra.Command{
		Use:   "bench PLUGIN SERVICE.METHOD [ARGUMENT...]",
		Short: "Measure a method: latencies and throughput",
		Long: `Bench calls a method again and again, with the arguments that "tenon call" takes, over each
transport and codec that the plugin offers, and shows how many calls a second were
answered, and how long they took. The arguments are converted once; a call costs what it
costs through a stub. Each row is a process of its own. A method that answers with a
stream is called until the stream's end; one that takes a stream cannot be measured.

The last column is the histogram: how the latencies are spread between the two that its
heading names, on a logarithmic scale. --svg draws it.`,
		Example: `  tenon bench ./bolt-plugin kv.Get '"answer"'
  tenon bench ./bolt-plugin kv.Get '"answer"' --callers 1,64 --transports direct,smux --codecs cbor
  tenon bench ./bolt-plugin kv.Get '"answer"' --duration 10s --svg bolt.svg --json > bolt.json`,
		ValidArgsFunction: completeMethod,
		Args:              usage(cobra.MinimumNArgs(2)),
		RunE:              func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0], args[1], args[2:]) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.cookie, "cookie", "", "`KEY=VALUE` of a plugin that does not describe itself; it is started unasked")
	flags.IntVar(&f.version, "protocol", 0, "speak this protocol `version` (default: the highest)")
	limitVar(flags, &f.wait, "start-timeout", 10*time.Second, "how long the plugin may take to start")
	flags.Var((*entries)(&f.env), "env", "`KEY=VALUE` for the plugin's environment; can be repeated")
	flags.BoolVar(&f.quiet, "quiet", false, "do not show what the plugin prints")
	flags.StringArrayVar(&f.metadata, "metadata", nil, "`KEY=VALUE` that travels with each call; can be repeated")
	flags.StringVar(&f.settings, "config", "", "the service's configuration, as `JSON`")
	flags.IntSliceVar(&f.callers, "callers", []int{1, 16}, "how many call at the same time, one row for each")
	flags.StringSliceVar(&f.transports, "transports", nil, "only these `transports`")
	flags.StringSliceVar(&f.codecs, "codecs", nil, "only these `codecs`")
	flags.DurationVar(&f.duration, "duration", 2*time.Second, "how long each row is measured")
	flags.DurationVar(&f.warmup, "warmup", 300*time.Millisecond, "how long is called before that")
	flags.StringVar(&f.svg, "svg", "", "draw the result into this `file`")
	return cmd
}

// A cell is one row of the result.
type cell struct {
	Transport string `json:"transport"`
	Codec     string `json:"codec"`
	Callers   int    `json:"callers"`
	result    load.Result
}

func (c cell) String() string {
	if c.Callers == 1 {
		return fmt.Sprintf("%s %s, 1 caller", c.Transport, c.Codec)
	}
	return fmt.Sprintf("%s %s, %d callers", c.Transport, c.Codec, c.Callers)
}

func (f *benchFlags) run(cmd *cobra.Command, arg, name string, words []string) error {
	ctx, err := f.context(cmd.Context())
	if err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	s, err := f.find(ctx, arg)
	if err != nil {
		return err
	}
	cells, method, err := f.cells(cmd, s, name)
	if err != nil {
		return err
	}
	args, err := argument(ctx, method, words, cmd.InOrStdin())
	if err != nil {
		return err
	}
	progress := newProgress(cmd.ErrOrStderr(), len(cells), f.warmup+f.duration)
	defer progress.end()
	for i := range cells {
		progress.cell(i, cells[i])
		if cells[i].result, err = f.measure(cmd, ctx, s, cells[i], name, args, progress); err != nil {
			return err
		}
	}
	progress.end()
	report := newBenchReport(s, name, cells)
	if f.svg != "" {
		if err := report.draw(f.svg); err != nil {
			return err
		}
	}
	if wantsJSON(cmd) {
		return printJSON(cmd.OutOrStdout(), report)
	}
	report.table(cmd.OutOrStdout())
	return nil
}

// check refuses what cannot be measured, before anything is started.
func (f *benchFlags) check() error {
	for _, n := range f.callers {
		if n < 1 || n > 10_000 {
			return usageError{fmt.Errorf("--callers %d: from 1 to 10000 can be measured", n)}
		}
	}
	if f.duration <= 0 || f.warmup < 0 {
		return usageError{fmt.Errorf("--duration must be above zero, and --warmup not below")}
	}
	for _, t := range f.transports {
		if _, err := chooseTransports(t); err != nil {
			return err
		}
	}
	for _, c := range f.codecs {
		if _, err := chooseCodecs(c); err != nil {
			return err
		}
	}
	if f.svg != "" { // before minutes of measuring
		file, err := os.OpenFile(f.svg, os.O_WRONLY|os.O_CREATE, 0o644)
		if err != nil {
			return fmt.Errorf("draw the result: %w", err)
		}
		return file.Close()
	}
	return nil
}

// cells finds out which rows there are: what the plugin has, this command has, and the
// user wants.
func (f *benchFlags) cells(cmd *cobra.Command, s *source, name string) ([]cell, rpc.MethodInfo, error) {
	client, _, err := f.open(cmd, s.arg)
	if err != nil {
		return nil, rpc.MethodInfo{}, err
	}
	defer client.Close()
	s.versions = []int{client.Info().Version}
	m, err := f.method(cmd.Context(), client, name)
	if err != nil {
		return nil, rpc.MethodInfo{}, err
	}
	service, method := m.service, m.method
	has := transportNames()
	if s.description != nil {
		has = s.description.Transports
	}
	var cells []cell
	for _, t := range transportNames() {
		for _, c := range codecNames() {
			if slices.Contains(has, t) && slices.Contains(service.Codecs, c) && wanted(f.transports, t) && wanted(f.codecs, c) {
				for _, n := range f.callers {
					cells = append(cells, cell{Transport: t, Codec: c, Callers: n})
				}
			}
		}
	}
	if len(cells) == 0 {
		return nil, method, usageError{fmt.Errorf("the plugin offers the transports %s, and for the service %s the codecs %s: none is left of them",
			strings.Join(has, ", "), service.Name, strings.Join(service.Codecs, ", "))}
	}
	return cells, method, nil
}

// wanted reports whether a driver is in a list, in which versions may be left out. An
// empty list wants all.
func wanted(list []string, name string) bool {
	short, _, _ := strings.Cut(name, "/")
	return len(list) == 0 || slices.Contains(list, name) || slices.Contains(list, short)
}

// measure measures one row with a process of its own.
func (f *benchFlags) measure(cmd *cobra.Command, ctx context.Context, s *source, c cell, name string, args []byte, p *progress) (load.Result, error) {
	one := *f
	one.transport, one.codec = c.Transport, c.Codec
	cfg, err := one.config(s, cmd.ErrOrStderr())
	if err != nil {
		return load.Result{}, err
	}
	client, err := start(ctx, cfg)
	if err != nil {
		return load.Result{}, err
	}
	defer client.Close()
	return one.loaded(ctx, client, c, name, args, p)
}

func (f *benchFlags) loaded(ctx context.Context, client *tenon.Client, c cell, name string, args []byte, p *progress) (load.Result, error) {
	m, err := f.method(ctx, client, name)
	if err != nil {
		return load.Result{}, err
	}
	o, err := f.dispense(ctx, client, m)
	if err != nil {
		return load.Result{}, err
	}
	defer o.Close()
	prepared, err := o.Prepare(m.method.Name, args)
	if err != nil {
		return load.Result{}, err
	}
	return load.Run{Callers: c.Callers, Warmup: f.warmup, Duration: f.duration, Call: prepared.Do, Progress: p.at}.Do(ctx)
}
