package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"time"

	"github.com/tenon-dev/tenon/tools/bench/internal/stats"
	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

// A report is what a run found, as it is written to a file.
type report struct {
	Commit   string            `json:"commit"`
	Command  string            `json:"command"`
	Began    time.Time         `json:"began"`
	Machine  machine           `json:"machine"`
	Versions map[string]string `json:"versions"`
	Slice    string            `json:"slice"`
	Settings map[string]string `json:"settings"` // of each subject, by its name
	Rows     []row             `json:"rows"`

	names []string // of the subjects, in their order
}

// A row is one subject in one cell. Its figures are medians over the rounds. The
// first fields are in every row, with null for what was not measured; the others
// are left out then.
type row struct {
	Work        string `json:"work"` // "echo", "down", "launch", "stop", …
	Size        string `json:"size"` // of a message; "" where there is none
	Callers     int    `json:"callers"`
	Subject     string `json:"subject"`
	Transport   string `json:"transport"`
	Codec       string `json:"codec"`
	Rounds      int    `json:"rounds"`
	P50         figure `json:"p50_ns"`
	P99         figure `json:"p99_ns"`
	PerSecond   figure `json:"per_second"`
	MBPerSecond figure `json:"mb_per_second"` // of payload, one way
	AllocsPerOp figure `json:"allocs_per_op"` // both sides together
	BytesPerOp  figure `json:"bytes_per_op"`  // both sides together

	Error            string           `json:"error,omitempty"`
	HostAllocs       figure           `json:"host_allocs_per_op,omitzero"`
	PluginAllocs     figure           `json:"plugin_allocs_per_op,omitzero"`
	ResidentBytes    figure           `json:"rss_bytes,omitzero"` // of a plugin
	BinaryBytes      figure           `json:"binary_bytes,omitzero"`
	HostGoroutines   figure           `json:"host_goroutines,omitzero"` // for each plugin
	PluginGoroutines figure           `json:"plugin_goroutines,omitzero"`
	Spread           map[string]span  `json:"spread,omitempty"` // least and greatest over the rounds
	Ratios           map[string]span3 `json:"ratios,omitempty"` // taken in each round
}

// A figure is a number that may be missing.
type figure float64

// MarshalJSON writes no more digits than mean something.
func (f figure) MarshalJSON() ([]byte, error) {
	if f.IsZero() {
		return []byte("null"), nil
	}
	if f >= 100 {
		return fmt.Appendf(nil, "%.0f", float64(f)), nil
	}
	return fmt.Appendf(nil, "%.4g", float64(f)), nil
}

// IsZero reports whether the figure is missing.
func (f figure) IsZero() bool { return math.IsNaN(float64(f)) || math.IsInf(float64(f), 0) }

type span struct {
	Min figure `json:"min"`
	Max figure `json:"max"`
}

type span3 struct {
	Median figure `json:"median"`
	Min    figure `json:"min"`
	Max    figure `json:"max"`
}

func toSpan3(s stats.Spread) span3 { return span3{figure(s.Median), figure(s.Min), figure(s.Max)} }

func newReport(opts *options) *report {
	r := &report{
		Commit: commit(), Command: opts.command, Began: time.Now().UTC().Truncate(time.Second),
		Machine: thisMachine(), Versions: versions(), Slice: opts.slice.String(), Settings: map[string]string{}, Rows: []row{},
	}
	for _, s := range opts.subjects {
		r.Settings[s.Label().String()] = s.Settings()
		r.names = append(r.names, s.Label().String())
	}
	return r
}

// printHead writes what stands above the tables.
func (r *report) printHead(w io.Writer) {
	m := r.Machine
	fmt.Fprintf(w, "%s\ncommit %s; %s, %d cores, %s %s, %s\n", r.Command, r.Commit, m.CPU, m.Cores, m.OS, m.Kernel, m.Go)
	for _, path := range slices.Sorted(maps.Keys(r.Versions)) {
		fmt.Fprintf(w, "%s %s\n", path, r.Versions[path])
	}
	for _, name := range r.names {
		fmt.Fprintf(w, "%-18s %s\n", name, r.Settings[name])
	}
}

// add prints tables and keeps their rows.
func (r *report) add(w io.Writer, tables ...*table) {
	for _, t := range tables {
		if len(t.rows) > 0 {
			t.print(w)
			r.Rows = append(r.Rows, t.rows...)
		}
	}
}

// save writes the report to a file.
func (r *report) save(file string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("-json: %w", err)
	}
	return os.WriteFile(file, append(b, '\n'), 0o644)
}

// name is the subject's.
func (r row) name() string {
	return subject.Label{Subject: r.Subject, Transport: r.Transport, Codec: r.Codec}.String()
}
