package main

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/tenon-dev/tenon/tools/bench/internal/sample"
	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

// A cell is one kind of call, made by so many goroutines at a time.
type cell struct {
	work     subject.Work
	callers  int
	beside   int    // streams that run on the same session meanwhile
	growth   string // callsName or streamsName: one of several that grow
	deadline bool   // the context of the calls has one
}

// The names of work that is more than a message there and back.
const (
	besideName   = "beside"   // small calls beside large streams
	deadlineName = "deadline" // small calls whose context has a deadline
	callsName    = "calls"    // ever more calls in flight
	streamsName  = "streams"  // ever more streams open
	pluginsName  = "plugins"  // ever more plugins
	idleName     = "idle"     // a plugin that does nothing
	launchName   = "launch"
)

// besideStreams is how many streams there are beside.
const besideStreams = 4

// besideWork is what each of them carries.
func besideWork() subject.Work {
	return subject.Work{Kind: subject.Down, Size: 64 << 10, Data: sample.Bytes(64 << 10)}
}

// smallWork is what is measured where its size is not the point.
func smallWork(kind subject.Kind) subject.Work {
	return subject.Work{Kind: kind, Size: 64, Data: sample.Bytes(64)}
}

// grown are the steps of what grows, in a full run and in a quick one.
func grown(name string, quick bool) []int {
	switch {
	case name == pluginsName && quick:
		return []int{1, 5}
	case name == pluginsName:
		return []int{1, 10, 100}
	case quick:
		return []int{1, 100}
	}
	return []int{1, 10, 100, 1000, 10_000}
}

func (c cell) String() string {
	switch {
	case c.growth == callsName:
		return fmt.Sprintf("calls of %v, in flight: %d", c.work, c.callers)
	case c.growth == streamsName:
		return fmt.Sprintf("streams of %v in turns, open: %d", subject.Work{Size: c.work.Size}, c.callers)
	case c.beside > 0:
		return fmt.Sprintf("echo %v beside %d streams of %v, callers %d", c.work, c.beside, besideWork(), c.callers)
	case c.work.Kind != subject.Echo:
		return fmt.Sprintf("stream %v, streams %d", c.work, c.callers)
	case c.deadline:
		return fmt.Sprintf("echo %v with a deadline, callers %d", c.work, c.callers)
	}
	return fmt.Sprintf("echo %v, callers %d", c.work, c.callers)
}

// pushes reports whether a sender goes on while nobody measures, as far as the windows
// let it: gRPC's grow to megabytes, which take it a second to fill with small messages,
// at the cost of the next subject, and are there for nothing when it is its turn again.
func (c cell) pushes() bool {
	switch c.work.Kind {
	case subject.Down, subject.Up, subject.Both, subject.Reader:
		return true
	}
	return c.beside > 0
}

// kind is the work's name in the report.
func (c cell) kind() string {
	switch {
	case c.growth != "":
		return c.growth
	case c.beside > 0:
		return besideName
	case c.deadline:
		return deadlineName
	case c.work.Kind != subject.Echo:
		return string(c.work.Kind)
	}
	return "echo"
}

// streams is how many streams the cell has open at a time, 0 where that is no
// more than everybody's defaults allow.
func (c cell) streams() int {
	if c.growth == streamsName && c.callers > 100 {
		return c.callers
	}
	return 0
}

// plan makes the cells.
func (o *options) plan(work, callers []string, quick bool) error {
	var counts []int
	for _, text := range callers {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxCallers {
			return fmt.Errorf("-callers: %q is no number between 1 and %d", text, maxCallers)
		}
		counts = append(counts, n)
	}
	for _, name := range work {
		switch name {
		case launchName:
			o.launch = true
		case deathName:
			o.death = true
		case idleName:
			o.idle = true
		case pluginsName:
			o.plugins = grown(name, quick)
		case besideName:
			o.add(cell{work: smallWork(subject.Echo), callers: 1, beside: besideStreams})
		case deadlineName:
			o.add(cell{work: smallWork(subject.Echo), callers: 1, deadline: true})
		case callsName:
			for _, n := range grown(name, quick) {
				o.add(cell{work: smallWork(subject.Echo), callers: n, growth: name})
			}
		case streamsName:
			for _, n := range grown(name, quick) {
				o.add(cell{work: smallWork(subject.Turns), callers: n, growth: name})
			}
		default:
			w, err := subject.ParseWork(name)
			if err != nil {
				return fmt.Errorf("-work: %w", err)
			}
			if w.Kind != subject.Echo {
				o.add(cell{work: w, callers: 1}) // one stream
				continue
			}
			most := fullMost
			if quick {
				most = quickMost
			}
			for _, n := range counts {
				if w.Size*n <= most {
					o.add(cell{work: w, callers: n})
				}
			}
		}
	}
	return nil
}

// add plans a cell, unless only bars are wanted and none needs it.
func (o *options) add(c cell) {
	if !o.bars || inBars(c) {
		o.cells = append(o.cells, c)
	}
}

// takesPart reports whether a subject is measured in a cell: where all codecs
// are, only the first one's figures are of interest everywhere.
func (o *options) takesPart(s subject.Subject, c cell) bool {
	codec := s.Label().Codec
	if !o.narrow || codec == "" || codec == codecList()[0] {
		return true
	}
	compares := c.kind() == "echo" && (c.work.Struct || c.work.Size == 64)
	return compares && slices.Contains([]int{1, 64}, c.callers)
}
