package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

// options are what the command line says.
type options struct {
	command  string // as it was typed, for the report
	rounds   int
	slice    time.Duration
	cells    []cell
	launch   bool
	idle     bool  // how many goroutines a plugin costs that does nothing
	plugins  []int // how many of them run at a time
	death    bool  // a plugin is killed while calls are in flight
	bars     bool  // judge the figures
	narrow   bool  // of all codecs but the first only what compares codecs
	subjects []subject.Subject
	json     string
	charts   string // a folder
	profile  string
	list     bool
}

var errHelp = flag.ErrHelp

const (
	fullRounds, quickRounds   = 5, 3
	barsRounds                = 9
	fullSlice, quickSlice     = 120 * time.Millisecond, 60 * time.Millisecond
	fullWork                  = "0B,64B,1KiB,64KiB,1MiB,struct,deadline,down:64KiB,down:64B,up:64KiB,up:64B,both:64KiB,both:64B,reader:64KiB,beside,calls,streams,plugins,idle,launch,death"
	quickWork                 = "64B,1MiB,struct,down:64KiB,beside,launch"
	fullCallers, quickCallers = "1,8,64,512", "1,64"

	// fullMost and quickMost are how many bytes may be on their way at a time: with
	// more, one turn of some peers takes seconds.
	fullMost, quickMost = 64 << 20, 8 << 20

	maxRounds  = 1000
	maxCallers = 10_000
	maxSlice   = time.Minute
)

// parseOptions reads the command line.
func parseOptions(args []string, stderr io.Writer) (*options, error) {
	opts := &options{command: strings.Join(append([]string{"bench"}, args...), " ")}
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	fs.SetOutput(stderr)
	quick := fs.Bool("quick", false, "measure less, in under a minute")
	fs.IntVar(&opts.rounds, "rounds", 0, fmt.Sprintf("how many `rounds` interleave the subjects (default %d, quick %d)", fullRounds, quickRounds))
	fs.DurationVar(&opts.slice, "slice", 0, fmt.Sprintf("how `long` a subject runs in one round (default %v, quick %v)", fullSlice, quickSlice))
	work := fs.String("work", "", fmt.Sprintf("`what` to measure: sizes, struct, streams (down:, up:, both:, turns:, reader: and a size), deadline, beside (64B beside four streams), what grows (calls, streams, plugins), idle, launch, death (default %s, quick %s)", fullWork, quickWork))
	callers := fs.String("callers", "", fmt.Sprintf("how many `callers` make calls at a time (default %s, quick %s)", fullCallers, quickCallers))
	names := fs.String("subjects", "", "`whom` to measure, by names or beginnings of names that -list prints (default all)")
	codecNames := fs.String("codecs", "", "`codecs` of Tenon, of "+strings.Join(codecList(), ", ")+" (default all for 64B and struct with 1 and 64 callers, and else the first; quick the first)")
	fs.StringVar(&opts.json, "json", "", "write the figures to this `file` too")
	fs.StringVar(&opts.charts, "charts", "", "draw charts of the figures into this `folder`, as SVG")
	fs.StringVar(&opts.profile, "cpuprofile", "", "write CPU profiles of both sides to files whose names begin with `prefix`; for one subject only")
	fs.BoolVar(&opts.bars, "bars", false, "measure what the bars need, print each with its figure, and end with 1 when one falls short")
	fs.BoolVar(&opts.list, "list", false, "print the subjects with their settings, and measure nothing")
	if err := fs.Parse(args); err != nil {
		return nil, errHelp // it has been said
	}
	if fs.NArg() > 0 {
		return nil, fmt.Errorf("there are arguments after the flags: %q", fs.Args())
	}
	defaults := []any{fullRounds, fullSlice, fullWork, fullCallers}
	if *quick {
		defaults = []any{quickRounds, quickSlice, quickWork, quickCallers}
	}
	if *callers == "" {
		*callers = defaults[3].(string)
	}
	if opts.rounds == 0 {
		opts.rounds = defaults[0].(int)
		if opts.bars { // what is judged is measured more often
			opts.rounds = barsRounds
		}
	}
	if opts.slice == 0 {
		opts.slice = defaults[1].(time.Duration)
	}
	if *codecNames == "" {
		*codecNames = codecList()[0]
		switch opts.narrow = opts.bars || !*quick && *work == ""; {
		case opts.bars:
			*codecNames = "cbor,gob,json"
		case opts.narrow:
			*codecNames = strings.Join(codecList(), ",")
		}
	}
	if opts.bars {
		*work, *callers = barsWork, "1,64"
		*names = "tenon,tenon-quick,raw,bare,gp-grpc,gp-netrpc,gp-automtls"
	}
	if *work == "" {
		*work = defaults[2].(string)
	}
	if opts.rounds < 1 || opts.rounds > maxRounds {
		return nil, fmt.Errorf("-rounds %d: between 1 and %d are possible", opts.rounds, maxRounds)
	}
	if opts.slice < time.Millisecond || opts.slice > maxSlice {
		return nil, fmt.Errorf("-slice %v: between 1ms and %v is possible", opts.slice, maxSlice)
	}
	all, err := subjects(list(*codecNames))
	if err == nil {
		opts.subjects, err = choose(all, list(*names))
	}
	if err == nil {
		err = opts.plan(list(*work), list(*callers), *quick)
	}
	if err == nil && opts.profile != "" && len(opts.subjects) != 1 {
		err = errors.New("-cpuprofile: choose one subject with -subjects, or the profiles say nothing")
	}
	return opts, err
}

// list cuts a value at its commas.
func list(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}
