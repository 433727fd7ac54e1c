// Command hostile plays attacks on hosts and on plugins: what a peer can send and print
// that it should not. Each is played over every transport, by a plugin against a host that
// has another plugin under load, and by a host against a plugin that serves another host.
// It checks that the victim's memory grows by less than its receive budget and 32 MiB, that
// no call of the others fails, and that what happened is said.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"strings"
	"syscall"
	"time"
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
	failed := 0
	for n, a := range attacks() {
		if !want.MatchString(a.name) {
			continue
		}
		if *list {
			fmt.Fprintf(stdout, "%-22s %s\n", a.name, a.what)
			continue
		}
		for i, tr := range chosen {
			if i > 0 && a.link != nil {
				break // before there is a transport
			}
			if *quick && a.link == nil && a.over == "" && i != n%len(chosen) {
				continue
			}
			if !strings.HasPrefix(tr.Name(), a.over) {
				continue
			}
			for _, side := range []transport.Side{transport.Plugin, transport.Host} {
				if !a.by(side) {
					continue
				}
				began := time.Now()
				r, err := attacked(ctx, a, tr, side)
				if err == nil {
					err = r.judge(a)
				}
				if ctx.Err() != nil {
					fmt.Fprintln(stderr, "hostile: interrupted")
					return 130
				}
				verdict := "ok"
				if err != nil {
					failed++
					verdict = "FAILED: " + err.Error()
				}
				if r == nil {
					r = &report{}
				}
				fmt.Fprintf(stdout, "%-22s by a %-6s over %-8s %+4d MiB  %6d calls of others  %4.1f s  %s\n", a.name, side, tr.Name(), (r.Peak-r.Before)>>20, r.Calls, time.Since(began).Seconds(), verdict)
				if *verbose {
					fmt.Fprintf(stdout, "%.4000s\n", r.Said)
				}
			}
		}
	}
	if failed > 0 {
		fmt.Fprintf(stderr, "hostile: %d attacks had an effect that they must not have\n", failed)
		return 1
	}
	return 0
}

// attacked plays one attack by one side.
func attacked(ctx context.Context, a attack, tr transport.Transport, side transport.Side) (*report, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if side == transport.Host {
		return pluginUnderAttack(ctx, self, a, tr)
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), roleEnv+"=host", attackEnv+"="+a.name, transportEnv+"="+tr.Name(), "GORACE=atexit_sleep_ms=0")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("the host did not survive: %w: %.8000s", err, &errs)
	}
	r := &report{}
	if err := json.Unmarshal(out.Bytes(), r); err != nil {
		return nil, fmt.Errorf("the host's report: %w: %.1000q", err, out.Bytes())
	}
	return r, nil
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
