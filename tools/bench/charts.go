package main

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A picture is a chart that is drawn if a run has its figures.
type picture struct {
	file, title string
	work, size  string
	callers     int // of the row; of a line, whatever there is
	value       func(row) figure
	unit        string
	scale       float64 // by which the figure is divided
	lessIsMore  bool    // of the bars: the shortest is the best
	grows       string  // what the line's callers are, "" for bars
}

// pictures are those of the README.
func pictures() []picture {
	p50 := func(r row) figure { return r.P50 }
	rate := func(r row) figure { return r.PerSecond }
	return []picture{
		{file: "latency", title: "A call of 64 bytes, one caller", work: "echo", size: "64B", callers: 1, value: p50, unit: "µs", scale: 1e3, lessIsMore: true},
		{file: "throughput", title: "Calls of 64 bytes, 64 callers", work: "echo", size: "64B", callers: 64, value: rate, unit: "thousand/s", scale: 1e3},
		{file: "struct", title: "Calls with a typical struct, 64 callers", work: "echo", size: "struct", callers: 64, value: rate, unit: "thousand/s", scale: 1e3},
		{file: "streams", title: "A stream of 64 KiB messages", work: "down", size: "64KiB", callers: 1, value: func(r row) figure { return r.MBPerSecond }, unit: "GB/s", scale: 1e3},
		{file: "beside", title: "The slowest 1 % of small calls beside four streams", work: besideName, size: "64B", callers: 1, value: func(r row) figure { return r.P99 }, unit: "µs", scale: 1e3, lessIsMore: true},
		{file: "launch", title: "From nothing to the first reply", work: launchName, value: p50, unit: "ms", scale: 1e6, lessIsMore: true},
		{file: "memory", title: "Memory of a plugin that waits", work: launchName, value: func(r row) figure { return r.ResidentBytes }, unit: "MB", scale: 1e6, lessIsMore: true},
		{file: "calls-in-flight", title: "Calls of 64 bytes, by how many are in flight", work: callsName, size: "64B", value: rate, unit: "thousand/s", scale: 1e3, grows: "calls in flight"},
		{file: "open-streams", title: "Messages of 64 bytes there and back, by how many streams are open", work: streamsName, size: "64B", value: rate, unit: "thousand/s", scale: 1e3, grows: "streams"},
		{file: "plugins", title: "Calls of 64 bytes, one caller for each plugin", work: pluginsName, size: "64B", value: rate, unit: "thousand/s", scale: 1e3, grows: "plugins"},
	}
}

// draw writes those charts for which there are figures into a folder.
func (r *report) draw(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("-charts: %w", err)
	}
	for _, p := range pictures() {
		series := p.series(r.Rows)
		if len(series) == 0 {
			continue
		}
		var svg string
		if p.grows == "" {
			svg = drawBars(p, series, r.origin())
		} else {
			svg = drawLines(p, series, r.origin())
		}
		if err := os.WriteFile(filepath.Join(folder, p.file+".svg"), []byte(svg), 0o644); err != nil {
			return fmt.Errorf("-charts: %w", err)
		}
	}
	return nil
}

// origin says where the figures come from.
func (r *report) origin() []string {
	m := r.Machine
	return []string{
		fmt.Sprintf("%s; commit %s; %s", r.Command, r.Commit, r.Began.Format("2006-01-02")),
		fmt.Sprintf("%s, %d cores, %s %s, %s; medians over interleaved rounds, with the least and the greatest", m.CPU, m.Cores, m.OS, m.Kernel, m.Go),
	}
}

// A series is one subject in a chart.
type series struct {
	name   string
	ours   bool
	points []point
}

// A point is one figure. Of bars there is one in each series.
type point struct {
	at               int
	value, low, high float64
}

// series returns what the rows have for a picture: bars with the best first, lines
// in the order of the rows. Of several codecs it takes the first one's.
func (p picture) series(rows []row) []series {
	var all []series
	for _, r := range rows {
		v := float64(p.value(r)) / p.scale
		if r.Work != p.work || r.Size != p.size || p.grows == "" && r.Callers != p.callers || math.IsNaN(v) || v <= 0 {
			continue
		}
		if r.Codec != "" && r.Codec != codecList()[0] {
			continue
		}
		name := r.name()
		if r.Codec != "" {
			name = strings.TrimSuffix(name, "/"+r.Codec)
		}
		i := slices.IndexFunc(all, func(s series) bool { return s.name == name })
		if i < 0 {
			i = len(all)
			all = append(all, series{name: name, ours: r.Subject == "tenon"})
		}
		low, high := p.spread(r)
		all[i].points = append(all[i].points, point{r.Callers, v, low, high})
	}
	if p.grows == "" {
		slices.SortStableFunc(all, func(a, b series) int {
			if p.lessIsMore {
				a, b = b, a
			}
			return cmp.Compare(b.points[0].value, a.points[0].value)
		})
	}
	return all
}

// spread returns the least and the greatest of a row's rounds.
func (p picture) spread(r row) (low, high float64) {
	for name, of := range map[string]figure{"p50_ns": r.P50, "p99_ns": r.P99, "per_second": r.PerSecond, "mb_per_second": r.MBPerSecond, "rss_bytes": r.ResidentBytes} {
		if s, ok := r.Spread[name]; ok && of == p.value(r) {
			return float64(s.Min) / p.scale, float64(s.Max) / p.scale
		}
	}
	v := float64(p.value(r)) / p.scale
	return v, v
}
