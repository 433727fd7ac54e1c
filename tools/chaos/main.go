// Command chaos drives plugins under load over every transport and lets happen to
// them what happens to processes: signals, crashes, cut and stalled links, full
// pipes, starts that fail, hosts that die. After every step it checks that no call
// hung or was answered wrongly, that others went on unharmed, and that nothing is
// left: no goroutine, descriptor, process or file.
//
// It prints its seed first. The same seed makes the same steps.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	if role := os.Getenv(roleEnv); role != "" {
		play(role)
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// play is the main function of every process but the suite's.
func play(role string) {
	f, ok := roles[role]
	if !ok {
		fmt.Fprintf(os.Stderr, "chaos: there is no role %q\n", role)
		os.Exit(2)
	}
	f()
}

type options struct {
	seed           uint64
	length         time.Duration
	steps          int
	cycles, many   int
	succession     int
	faults, over   string
	list, verbose  bool
	victimEnv      []string // for tests
	stdout, stderr io.Writer
}

// run returns the exit code: 0, or 1 when something was not survived, 2 when the
// arguments are wrong, 130 when it was interrupted.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	opts := options{stdout: stdout, stderr: stderr}
	fs := flag.NewFlagSet("chaos", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Uint64Var(&opts.seed, "seed", 0, "the `number` that decides what happens (default: by chance)")
	fs.DurationVar(&opts.length, "for", 60*time.Second, "how `long` things are done to plugins")
	fs.IntVar(&opts.steps, "steps", 0, "how many `steps` at most (default: as many as there is time for)")
	fs.IntVar(&opts.cycles, "cycles", 0, "then start and kill a plugin so many `times`, and start and stop it as often")
	fs.IntVar(&opts.succession, "successions", 0, "then let a plugin under load crash and be restarted so many `times`, and swap it as often")
	fs.IntVar(&opts.many, "plugins", 0, "then start so many `plugins` together, and stop them")
	fs.StringVar(&opts.faults, "faults", "", "`what` may happen, by names or beginnings of names that -list prints (default: all)")
	fs.StringVar(&opts.over, "transports", "", "`transports`, of unix, direct, yamux, smux (default: all)")
	fs.BoolVar(&opts.list, "list", false, "print what may happen, and do nothing")
	fs.BoolVar(&opts.verbose, "v", false, "print every step")
	if err := fs.Parse(args); err != nil {
		return 2
	}
	if fs.NArg() > 0 {
		fmt.Fprintf(stderr, "chaos: there are arguments after the flags: %q\n", fs.Args())
		return 2
	}
	return opts.run(ctx)
}

func (o *options) run(ctx context.Context) int {
	chosen, err := choose(faults(), list(o.faults))
	over, terr := chooseTransports(transports(), list(o.over))
	if err = errors.Join(err, terr); err != nil {
		fmt.Fprintln(o.stderr, "chaos:", err)
		return 2
	}
	if o.list {
		for _, f := range chosen {
			fmt.Fprintf(o.stdout, "%-20s %s\n", f.name, f.what)
		}
		return 0
	}
	if o.seed == 0 {
		o.seed = rand.Uint64N(1e9) + 1
	}
	tmp, err := os.MkdirTemp("", "tenon-chaos-")
	if err != nil {
		fmt.Fprintln(o.stderr, "chaos:", err)
		return 1
	}
	defer os.RemoveAll(tmp)
	s, err := newSuite(fmt.Sprintf("%d-%d", os.Getpid(), o.seed), tmp)
	if err != nil {
		fmt.Fprintln(o.stderr, "chaos:", err)
		return 1
	}
	s.out, s.verbose, s.victimEnv = o.stdout, o.verbose, o.victimEnv
	fmt.Fprintf(o.stdout, "seed %d\n", o.seed)
	err = o.all(ctx, s, chosen)
	s.report(chosen, over)
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(o.stderr, "chaos: interrupted")
		return 130
	case err != nil:
		fmt.Fprintf(o.stderr, "chaos: %v\nchaos: to see it again: chaos -seed %d -v\n", err, o.seed)
		return 1
	}
	return 0
}

// all does what the flags ask for, one after the other.
func (o *options) all(ctx context.Context, s *suite, chosen []fault) error {
	over, err := chooseTransports(transports(), list(o.over))
	if err != nil {
		return err
	}
	done, err := s.play(ctx, o.seed, chosen, over, o.length, o.steps)
	fmt.Fprintf(o.stdout, "%d steps\n", done)
	for _, kill := range []bool{true, false} {
		if err != nil || o.cycles == 0 {
			break
		}
		what := map[bool]string{true: "start and SIGKILL", false: "start and Close"}[kill]
		began := time.Now()
		err = s.cycles(ctx, o.cycles, kill, over, func(n int) {
			if n%200 == 0 {
				fmt.Fprintf(o.stderr, "%s: %d of %d\n", what, n, o.cycles)
			}
		})
		if err == nil {
			fmt.Fprintf(o.stdout, "%d times %s: nothing left, memory flat, %.0f ms each\n", o.cycles, what, float64(time.Since(began).Milliseconds())/float64(o.cycles))
		}
	}
	for _, kill := range []bool{true, false} {
		if err != nil || o.succession == 0 {
			break
		}
		what := map[bool]string{true: "SIGKILL and restart", false: "Swap"}[kill]
		began := time.Now()
		var calls, excused int64
		calls, excused, err = s.succession(ctx, o.succession, kill, over, func(n int) {
			if n%100 == 0 {
				fmt.Fprintf(o.stderr, "%s: %d of %d\n", what, n, o.succession)
			}
		})
		if err == nil {
			fmt.Fprintf(o.stdout, "%d times %s under load: %d calls answered rightly, %d failed with the crash, nothing left, memory flat, %.0f ms each\n",
				o.succession, what, calls, excused, float64(time.Since(began).Milliseconds())/float64(o.succession))
		}
	}
	if err == nil && o.many > 0 {
		var took time.Duration
		if took, err = s.many(ctx, o.many, over); err == nil {
			fmt.Fprintf(o.stdout, "%d plugins together: all were ready, all are gone, %v\n", o.many, took.Round(time.Millisecond))
		}
	}
	return err
}

// list cuts a value at its commas.
func list(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}
