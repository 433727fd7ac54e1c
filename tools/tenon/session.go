package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/attach"
	"github.com/tenon-dev/tenon/core/discover"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/tools/tenon/internal/terminal"
)

// A source is where a plugin comes from, and what has to be known to start it.
type source struct {
	arg      string // as the user named it
	launcher launch.Launcher
	cookie   tenon.Cookie
	versions []int

	description *tenon.Description // of a file that was asked
	running     bool               // it is attached to
}

// A pluginFlags are the flags of every subcommand that starts a plugin.
type pluginFlags struct {
	cookie    string
	version   int
	transport string
	codec     string
	wait      time.Duration
	env       []string
	quiet     bool
}

func (f *pluginFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.cookie, "cookie", "", "`KEY=VALUE` of a plugin that does not describe itself; it is started unasked")
	flags.IntVar(&f.version, "protocol", 0, "speak this protocol `version` (default: the highest)")
	flags.StringVar(&f.transport, "transport", "", "use this `transport` (default: the first of "+strings.Join(transportNames(), ", ")+" that it has)")
	flags.StringVar(&f.codec, "codec", "", "use this `codec` (default: the first of "+strings.Join(codecNames(), ", ")+" that it has)")
	limitVar(flags, &f.wait, "start-timeout", 10*time.Second, "how long the plugin may take to start")
	flags.Var((*entries)(&f.env), "env", "`KEY=VALUE` for the plugin's environment; can be repeated")
	flags.BoolVar(&f.quiet, "quiet", false, "do not show what the plugin prints")
}

// describeTime is what a plugin has at least to describe itself: the machine may be busy,
// and a short --start-timeout is about the start.
const describeTime = 5 * time.Second

// find finds out what a user means by PLUGIN.
func (f *pluginFlags) find(ctx context.Context, arg string) (*source, error) {
	s := &source{arg: arg, cookie: tenon.Cookie{Key: "COMMAND_TENON", Value: "1"}, versions: []int{1}}
	if f.version != 0 {
		s.versions = []int{f.version}
	}
	if f.version < 0 {
		return nil, usageError{fmt.Errorf("protocol version %d: versions count from 1", f.version)}
	}
	if !strings.ContainsAny(arg, `/\`) {
		if running(arg) {
			s.launcher, s.running = attach.To(arg), true
			return s, nil
		}
		if _, err := os.Stat(arg); errors.Is(err, fs.ErrNotExist) {
			return nil, notThere(arg)
		}
		arg = "./" + arg
	}
	s.launcher = launch.Command(arg, launch.Setenv(f.env...))
	if f.cookie != "" {
		key, value, ok := strings.Cut(f.cookie, "=")
		if !ok {
			return nil, usageError{fmt.Errorf("the cookie %q is not of the form KEY=VALUE", f.cookie)}
		}
		s.cookie = tenon.Cookie{Key: key, Value: value}
		return s, nil
	}
	p, err := discover.File(ctx, arg, discover.Options{NoCache: true, Timeout: max(f.wait, describeTime)})
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w: %s does not exist", errNoPlugin, arg)
	case errors.Is(err, discover.ErrNoPlugin):
		return nil, fmt.Errorf("%w; for a script that starts one, or one that calls tenon.Serve itself, say --cookie", err)
	case err != nil:
		return nil, err
	}
	s.description, s.cookie = &p.Description, p.Description.Cookie
	if f.version == 0 {
		s.versions = p.Description.Versions
	}
	return s, nil
}

// running reports whether a plugin of that name runs by itself.
func running(name string) bool {
	all, _ := attach.List("") // an error is about others
	return slices.ContainsFunc(all, func(i attach.Instance) bool { return i.Name == name && i.PID != 0 })
}

// notThere says that there is neither a file nor a running plugin.
func notThere(name string) error {
	var names []string
	all, err := attach.List("")
	for _, i := range all {
		if i.PID != 0 {
			names = append(names, i.Name)
		}
	}
	hint := "none runs by itself in this moment"
	switch near := rpc.Nearest(name, names); {
	case near != "":
		hint = fmt.Sprintf("did you mean %q?", near)
	case err != nil:
		hint = err.Error()
	case len(names) > 0:
		hint = "those that run by themselves are " + strings.Join(names, ", ")
	}
	return fmt.Errorf("%w: %q is no file, and no plugin of that name runs by itself: %s", errNoPlugin, name, hint)
}

// config is how a host runs the plugin.
func (f *pluginFlags) config(s *source, stderr io.Writer) (tenon.ClientConfig, error) {
	cfg := tenon.ClientConfig{
		Cookie: s.cookie, Launcher: s.launcher, Versions: s.versions, StartTimeout: f.wait,
		Stop: tenon.StopPolicy{Drain: time.Second, Exit: time.Second, Terminate: time.Second},
	}
	var err error
	if cfg.Transports, err = chooseTransports(f.transport); err != nil {
		return cfg, err
	}
	if cfg.Codecs, err = chooseCodecs(f.codec); err != nil {
		return cfg, err
	}
	cfg.Stdout, cfg.Stderr = io.Discard, io.Discard
	if !f.quiet {
		out := terminal.NewWriter(stderr) // both: its output is not the command's
		cfg.Stdout, cfg.Stderr = out, out
	}
	return cfg, nil
}

// open starts a plugin, or attaches to it. The client must be closed.
func (f *pluginFlags) open(cmd *cobra.Command, arg string) (*tenon.Client, *source, error) {
	ctx := cmd.Context()
	s, err := f.find(ctx, arg)
	if err != nil {
		return nil, nil, err
	}
	cfg, err := f.config(s, cmd.ErrOrStderr())
	if err != nil {
		return nil, nil, err
	}
	client, err := start(ctx, cfg)
	var refused *tenon.HandshakeError
	if errors.As(err, &refused) && refused.Reason == "no_common_version" && f.version == 0 && s.description == nil {
		cfg.Versions = nil // nothing was known of it: take what it has
		for _, have := range refused.Plugin {
			if v, err := strconv.Atoi(have); err == nil && v > 0 {
				cfg.Versions = append(cfg.Versions, v)
			}
		}
		client, err = start(ctx, cfg)
	}
	return client, s, err
}

// catalogue asks a plugin that has started what it serves. It has as long as for its start.
func (f *pluginFlags) catalogue(ctx context.Context, client *tenon.Client) (*rpc.Catalogue, error) {
	ctx, cancel := f.within(ctx)
	defer cancel()
	catalogue, err := client.Describe(ctx)
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("ask the plugin what it serves: it has started, and does not answer within %v: %w", f.answerTime(), err)
	}
	return catalogue, err
}

// within bounds what a plugin that has started is asked before anything is called.
func (f *pluginFlags) within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, f.answerTime())
}

func (f *pluginFlags) answerTime() time.Duration { return max(f.wait, time.Second) }

func start(ctx context.Context, cfg tenon.ClientConfig) (*tenon.Client, error) {
	client := tenon.NewClient(cfg)
	if err := client.Start(ctx); err != nil {
		client.Close()
		return nil, err
	}
	return client, nil
}
