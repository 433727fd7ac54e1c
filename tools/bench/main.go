// Command bench measures Tenon beside its peers: in one run, on one machine, in
// rounds that interleave them. README.md says how to read what it prints.
//
// The program is the host, and, started again with a role in its environment,
// every other process.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	if role := os.Getenv(roleEnv); role != "" {
		fmt.Fprintln(os.Stderr, "bench:", play(role))
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run measures what the arguments ask for and returns the exit code: 0, or 1 when
// something could not be measured, 2 when the arguments are wrong, 130 when it was
// interrupted.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	opts, err := parseOptions(args, stderr)
	if err != nil {
		if !errors.Is(err, errHelp) {
			fmt.Fprintln(stderr, "bench:", err)
		}
		return 2
	}
	report, err := measure(ctx, opts, stdout, stderr)
	if report != nil && opts.json != "" {
		err = errors.Join(err, report.save(opts.json))
	}
	if report != nil && opts.charts != "" && ctx.Err() == nil {
		err = errors.Join(err, report.draw(opts.charts))
	}
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(stderr, "bench: interrupted")
		return 130
	case err != nil:
		fmt.Fprintln(stderr, "bench:", err)
		return 1
	}
	return 0
}
