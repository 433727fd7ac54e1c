package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/tenon-dev/tenon/tools/bench/internal/sample"
	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

// options are what the command line says.
type options struct {
	command  string // as it was typed, for the report
	rounds   int
	slice    time.Duration
	cells    []cell
	launch   bool
	death    bool // a plugin is killed while calls are in flight
	bars     bool // judge the figures
	subjects []subject.Subject
	json     string
	profile  string
	list     bool
}

// A cell is one kind of call, made by so many goroutines at a time.
type cell struct {
	work    subject.Work
	callers int
	beside  int // streams that run on the same session meanwhile
}

// besideName is the work of small calls beside large streams.
const besideName = "beside"

// besideStreams is how many streams those are.
const besideStreams = 4

// besideWork is what each of them carries.
func besideWork() subject.Work {
	return subject.Work{Kind: subject.Down, Size: 64 << 10, Data: sample.Bytes(64 << 10)}
}

func (c cell) String() string {
	switch {
	case c.beside > 0:
		return fmt.Sprintf("echo %v beside %d streams of %v, callers %d", c.work, c.beside, besideWork(), c.callers)
	case c.work.Kind != subject.Echo:
		return fmt.Sprintf("stream %v, streams %d", c.work, c.callers)
	}
	return fmt.Sprintf("echo %v, callers %d", c.work, c.callers)
}

var errHelp = flag.ErrHelp

const (
	fullRounds, quickRounds = 9, 3
	fullSlice, quickSlice   = 250 * time.Millisecond, 80 * time.Millisecond
	fullWork                = "64B,1KiB,64KiB,1MiB,struct,down:64KiB,down:64B,up:64KiB,up:64B,both:64KiB,both:64B,reader:64KiB,beside,launch,death"
	quickWork               = "64B,1MiB,struct,down:64KiB,beside,launch"

	// quickMost is how many bytes may be on their way at a time in a quick run: with
	// more, one turn of some peers takes seconds.
	quickMost = 8 << 20

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
	work := fs.String("work", "", fmt.Sprintf("`what` to measure: sizes, struct, streams (down:, up:, both:, reader: and a size), beside (64B beside four streams), launch, death (default %s, quick %s)", fullWork, quickWork))
	callers := fs.String("callers", "1,64", "how many `callers` make calls at a time; 512 is of interest too")
	names := fs.String("subjects", "", "`whom` to measure, by names or beginnings of names that -list prints (default all)")
	codecNames := fs.String("codecs", "cbor", "`codecs` of Tenon: "+strings.Join(codecList(), ", "))
	fs.StringVar(&opts.json, "json", "", "write the figures to this `file` too")
	fs.StringVar(&opts.profile, "cpuprofile", "", "write CPU profiles of both sides to files whose names begin with `prefix`; for one subject only")
	fs.BoolVar(&opts.bars, "bars", false, "measure what the bars need, print each with its figure, and end with 1 when one falls short")
	fs.BoolVar(&opts.list, "list", false, "print the subjects with their settings, and measure nothing")
	if err := fs.Parse(args); err != nil {
		return nil, errHelp // it has been said
	}
	if fs.NArg() > 0 {
		return nil, fmt.Errorf("there are arguments after the flags: %q", fs.Args())
	}
	defaults := []any{fullRounds, fullSlice, fullWork}
	if *quick {
		defaults = []any{quickRounds, quickSlice, quickWork}
	}
	if opts.rounds == 0 {
		opts.rounds = defaults[0].(int)
	}
	if opts.slice == 0 {
		opts.slice = defaults[1].(time.Duration)
	}
	if opts.bars {
		*work = barsWork
		*names = "tenon,raw,bare,gp-grpc,gp-netrpc,gp-automtls"
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

// plan makes the cells.
func (o *options) plan(work, callers []string, quick bool) error {
	for _, name := range work {
		if name == "launch" || name == deathName {
			o.launch = o.launch || name == "launch"
			o.death = o.death || name == deathName
			continue
		}
		besides := 0
		if name == besideName {
			name, besides = "64B", besideStreams
		}
		w, err := subject.ParseWork(name)
		if err != nil {
			return fmt.Errorf("-work: %w", err)
		}
		for _, text := range callers {
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 || n > maxCallers {
				return fmt.Errorf("-callers: %q is no number between 1 and %d", text, maxCallers)
			}
			if c := (cell{work: w, callers: n, beside: besides}); o.bars && !inBars(c) {
				continue
			}
			if besides > 0 || w.Kind != subject.Echo {
				o.cells = append(o.cells, cell{w, 1, besides})
				break // one caller, one stream
			}
			if !quick || w.Size*n <= quickMost {
				o.cells = append(o.cells, cell{work: w, callers: n})
			}
		}
	}
	return nil
}

// list cuts a value at its commas.
func list(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}
