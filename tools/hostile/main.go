// Command hostile plays attacks on hosts and on plugins: what a peer can send and print
// that it should not. Each is played over every transport, by a plugin against a host that
// has another plugin under load, and by a host against a plugin that serves another host.
// It checks that the victim's memory grows by less than its receive budget and 32 MiB, that
// no call of the others fails, and that what happened is said.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"
	"unicode"

	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/core/transport"
)

// The variables that tell a process of this program what it is.
const (
	roleEnv      = "TENON_HOSTILE_ROLE"
	attackEnv    = "TENON_HOSTILE_ATTACK"
	transportEnv = "TENON_HOSTILE_TRANSPORT"
)

var roles = map[string]func(){"host": playHost, "plugin": playPlugin, "attacker": playAttacker}

func main() {
	if role := os.Getenv(roleEnv); role != "" {
		play(role)
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func play(role string) {
	f, ok := roles[role]
	if !ok {
		fmt.Fprintf(os.Stderr, "hostile: there is no role %q\n", role)
		os.Exit(2)
	}
	f()
}

// mayGrow is how much a victim's memory may grow: the documented budget of one session,
// and 32 MiB. docs/limits.md says what the budget is made of.
func mayGrow() int64 { return int64(rpc.DefaultLimits().Receive) + 32<<20 }

// run returns the exit code: 0, or 1 when an attack had an effect that it must not have.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	fs := flag.NewFlagSet("hostile", flag.ContinueOnError)
	fs.SetOutput(stderr)
	match := fs.String("match", "", "only attacks whose `names` match this regular expression")
	over := fs.String("transports", "unix,direct,yamux,smux", "`transports`")
	quick := fs.Bool("quick", false, "each attack over one of them alone, in turn")
	jobs := fs.Int("jobs", 1, "how `many` to play at a time; with several the victims' garbage is collected later")
	list := fs.Bool("list", false, "print the attacks, and play none")
	verbose := fs.Bool("v", false, "print what the victims say")
	if err := fs.Parse(args); err != nil {
		return 2
	}
	want, err := regexp.Compile(*match)
	if err != nil {
		fmt.Fprintln(stderr, "hostile:", err)
		return 2
	}
	var chosen []transport.Transport
	for _, name := range strings.Split(*over, ",") {
		tr, err := transportNamed(name)
		if err != nil {
			fmt.Fprintln(stderr, "hostile:", err)
			return 2
		}
		chosen = append(chosen, tr)
	}
	if *list {
		for _, a := range attacks() {
			if want.MatchString(a.name) {
				fmt.Fprintf(stdout, "%-22s %s\n", a.name, a.what)
			}
		}
		return 0
	}
	hasty, patient := plan(want, chosen, *quick)
	failed := playAll(ctx, hasty, max(*jobs, 1), stdout, *verbose)
	failed += playAll(ctx, patient, max(*jobs, 2), stdout, *verbose)
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(stderr, "hostile: interrupted")
		return 130
	case failed > 0:
		fmt.Fprintf(stderr, "hostile: %d attacks had an effect that they must not have\n", failed)
		return 1
	}
	return 0
}

// judge says what an attack did that it must not do.
func (r *report) judge(a attack) error {
	var errs []error
	if grown := r.Peak - r.Before; grown > mayGrow() {
		errs = append(errs, fmt.Errorf("the victim's memory grew by %d MiB, and %d are the most", grown>>20, mayGrow()>>20))
	}
	if r.Others != "" {
		errs = append(errs, fmt.Errorf("others were harmed: %s", r.Others))
	}
	if a.survives && !r.Survived {
		errs = append(errs, errors.New("the attacker's session ended, and it is not one that must"))
	}
	if !regexp.MustCompile(a.want).MatchString(r.Said) {
		errs = append(errs, fmt.Errorf("the victim does not say %q, but %.2000q", a.want, r.Said))
	}
	if i := strings.IndexFunc(r.Said, func(r rune) bool { return r != '\n' && r != '\t' && unicode.In(r, unicode.Cc, unicode.Bidi_Control) }); i >= 0 {
		errs = append(errs, fmt.Errorf("what the victim says would drive a terminal: %.200q", r.Said[max(i-50, 0):]))
	}
	return errors.Join(errs...)
}
