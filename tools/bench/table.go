package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/tenon-dev/tenon/tools/bench/internal/stats"
	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

// A table is one cell with all its subjects.
type table struct {
	title   string
	columns []column
	rows    []row
	spreads []map[string]stats.Spread // of each row, by the name of the figure
}

// A column shows one figure of each row. A ranged one shows the least and the
// greatest too.
type column struct {
	head   string
	figure string
	unit   float64 // by which the figure is divided
	ranged bool
	digits int // after the point
}

// tableOf compares the subjects of a contest: with one caller by their latency,
// with more by their throughput.
func tableOf(c cell, contestants []*contestant) *table {
	t := &table{title: c.String()}
	t.columns = []column{
		{"p50 µs", "p50_ns", 1e3, true, 2},
		{"p99 µs", "p99_ns", 1e3, false, 1},
		{"calls/s", "per_second", 1, true, 0},
		{"MB/s", "mb_per_second", 1, false, 0},
		{"allocs host", "host_allocs_per_op", 1, false, 1},
		{"plugin", "plugin_allocs_per_op", 1, false, 1},
		{"bytes/call", "bytes_per_op", 1, false, 0},
		{"p50 / raw", "p50_to_raw", 1, true, 2},
		{"× gp-grpc", "times_gp_grpc", 1, true, 2},
		{"× gp-netrpc", "times_gp_netrpc", 1, true, 2},
	}
	switch {
	case c.beside > 0:
		t.replace("p50 / raw", column{"p99 / gp-grpc", "p99_to_gp_grpc", 1, true, 2})
	case c.growth != "":
		t.replace("p50 / raw", column{"rate / own 64", ownRatio, 1, false, 2})
		t.replace("bytes/call", column{"plugin's RSS MB", "rss_bytes", 1e6, false, 1})
	case c.deadline:
		t.replace("bytes/call", column{"allocs beyond codec", "allocs_beyond_codec", 1, false, 1})
	case c.work.Kind != subject.Echo:
		t.replace("p50 / raw", column{"rate / raw", "rate_to_raw", 1, true, 2})
		t.replace("calls/s", column{"messages/s", "per_second", 1, true, 0})
	}
	raw, netRPC, grpc := find(contestants, rawName), find(contestants, gpNetRPCName), find(contestants, gpGRPCName)
	for _, p := range contestants {
		if p.absent() {
			continue
		}
		label := p.subject.Label()
		r := row{Work: c.kind(), Size: subject.Work{Struct: c.work.Struct, Size: c.work.Size}.String(), Callers: c.callers, Subject: label.Subject, Transport: label.Transport, Codec: label.Codec}
		f := map[string]stats.Spread{
			"p50_ns":               stats.Over(p.p50),
			"p99_ns":               stats.Over(p.p99),
			"per_second":           stats.Over(p.perSecond),
			"mb_per_second":        stats.Over(scaled(p.perSecond, float64(c.work.Size)/1e6)),
			"host_allocs_per_op":   stats.Over(p.hostMallocs),
			"plugin_allocs_per_op": stats.Over(p.peerMallocs),
			"allocs_per_op":        stats.Over(sum(p.hostMallocs, p.peerMallocs)),
			"bytes_per_op":         stats.Over(sum(p.hostBytes, p.peerBytes)),
			"p50_to_raw":           stats.Ratios(p.p50, raw.p50),
			"rate_to_raw":          stats.Ratios(p.perSecond, raw.perSecond),
			"p99_to_gp_grpc":       stats.Ratios(p.p99, grpc.p99),
			"p99_to_own_p50":       stats.Ratios(p.p99, p.p50),
			"rss_bytes":            stats.Over(p.rss),
		}
		if own := codecAllocs(label.Codec, c.work); !math.IsNaN(own) {
			f["allocs_beyond_codec"] = stats.Over(less(sum(p.hostMallocs, p.peerMallocs), own))
		}
		if cbor := find(contestants, subject.Label{Subject: label.Subject, Transport: label.Transport, Codec: "cbor"}.String()); label.Codec != "cbor" && label.Codec != "" {
			f["p50_to_cbor"] = stats.Ratios(p.p50, cbor.p50)
		}
		for name, other := range map[string]*contestant{"times_gp_grpc": grpc, "times_gp_netrpc": netRPC} {
			if c.callers == 1 && c.work.Kind == subject.Echo {
				f[name] = stats.Ratios(other.p50, p.p50)
			} else {
				f[name] = stats.Ratios(p.perSecond, other.perSecond)
			}
		}
		t.add(r, p, f)
	}
	return t
}

// replace puts another column in the place of one.
func (t *table) replace(head string, with column) {
	for i := range t.columns {
		if t.columns[i].head == head {
			t.columns[i] = with
		}
	}
}

// launchTable compares launches, or stops.
func launchTable(what string, contestants []*contestant) *table {
	t := &table{title: what}
	t.columns = []column{
		{"p50 ms", "p50_ns", 1e6, true, 2},
		{"slowest ms", "p99_ns", 1e6, false, 2},
		{"p50 / bare", "p50_to_bare", 1, true, 2},
		{"× gp-grpc", "times_gp_grpc", 1, true, 2},
		{"× gp-netrpc", "times_gp_netrpc", 1, true, 2},
	}
	switch what {
	case deathName:
		t.title = fmt.Sprintf("death to the failure of %d calls (bare: fork, exec and wait)", deathCalls)
		t.columns = t.columns[:3]
	case "launch":
		t.columns = append(t.columns, column{"× gp-automtls", "times_gp_automtls", 1, true, 2})
		t.columns = append(t.columns, column{"plugin's RSS MB", "rss_bytes", 1e6, false, 1}, column{"binary MB", "binary_bytes", 1e6, false, 1})
	}
	bare, netRPC, grpc := find(contestants, bareName), find(contestants, gpNetRPCName), find(contestants, gpGRPCName)
	mTLS := find(contestants, gpAutoMTLSName)
	for _, p := range contestants {
		label := p.subject.Label()
		t.add(row{Work: what, Subject: label.Subject, Transport: label.Transport, Codec: label.Codec}, p, map[string]stats.Spread{
			"p50_ns":          stats.Over(p.p50),
			"p99_ns":          stats.Over(p.p99),
			"per_second":      stats.Over(p.perSecond),
			"rss_bytes":       stats.Over(p.rss),
			"binary_bytes":    stats.Over(p.binary),
			"p50_to_bare":     stats.Ratios(p.p50, bare.p50),
			"times_gp_grpc":   stats.Ratios(grpc.p50, p.p50),
			"times_gp_netrpc": stats.Ratios(netRPC.p50, p.p50),

			"times_gp_automtls": stats.Ratios(mTLS.p50, p.p50),
			"rss_to_gp_grpc":    stats.Ratios(p.rss, grpc.rss),
			"binary_to_gp_grpc": stats.Ratios(p.binary, grpc.binary),
		})
	}
	return t
}

// find returns the contestant of that name, or one without figures.
func find(contestants []*contestant, name string) *contestant {
	for _, p := range contestants {
		if p.subject.Label().String() == name {
			return p
		}
	}
	return &contestant{}
}

// add completes a row with its figures.
func (t *table) add(r row, p *contestant, f map[string]stats.Spread) {
	for _, v := range p.p50 {
		if !math.IsNaN(v) {
			r.Rounds++
		}
	}
	if p.err != nil {
		r.Error = p.err.Error()
	}
	median := func(name string) figure {
		if s, ok := f[name]; ok {
			return figure(s.Median)
		}
		return figure(math.NaN())
	}
	r.P50, r.P99, r.PerSecond, r.MBPerSecond = median("p50_ns"), median("p99_ns"), median("per_second"), median("mb_per_second")
	r.AllocsPerOp, r.BytesPerOp = median("allocs_per_op"), median("bytes_per_op")
	r.HostAllocs, r.PluginAllocs = median("host_allocs_per_op"), median("plugin_allocs_per_op")
	r.ResidentBytes, r.BinaryBytes = median("rss_bytes"), median("binary_bytes")
	r.HostGoroutines, r.PluginGoroutines = median("host_goroutines"), median("plugin_goroutines")
	r.Spread, r.Ratios = map[string]span{}, map[string]span3{}
	for name, s := range f {
		switch {
		case math.IsNaN(s.Median):
		case compares(name):
			r.Ratios[name] = toSpan3(s)
		default:
			r.Spread[name] = span{figure(s.Min), figure(s.Max)}
		}
	}
	t.rows = append(t.rows, r)
	t.spreads = append(t.spreads, f)
}

// compares reports whether a figure compares two others.
func compares(name string) bool {
	return strings.HasPrefix(name, "times_") || strings.Contains(name, "_to_") || strings.Contains(name, "_beyond_")
}

// ownRatio is the rate of what grows, to that of the same subject with 64 callers.
const ownRatio = "rate_to_own_64"

// compareWithOwn adds it to rows of calls in flight. It is the quotient of two
// medians, since the two were not measured in the same rounds.
func (t *table) compareWithOwn(before []row) {
	for i := range t.rows {
		r := &t.rows[i]
		for _, o := range before {
			if r.Work == callsName && o.Work == "echo" && o.Callers == 64 && o.Size == r.Size && o.name() == r.name() && o.PerSecond > 0 && r.PerSecond > 0 {
				q := float64(r.PerSecond / o.PerSecond)
				r.Ratios[ownRatio] = span3{figure(q), figure(q), figure(q)}
				t.spreads[i][ownRatio] = stats.Spread{Median: q, Min: q, Max: q}
			}
		}
	}
}

// print writes the table.
func (t *table) print(w io.Writer) {
	fmt.Fprintf(w, "\n%s\n", t.title)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(tw, "subject")
	for _, c := range t.columns {
		fmt.Fprint(tw, "\t", c.head)
	}
	fmt.Fprintln(tw)
	for i, r := range t.rows {
		fmt.Fprint(tw, r.name())
		for _, c := range t.columns {
			s, ok := t.spreads[i][c.figure]
			if !ok {
				s.Median = math.NaN()
			}
			fmt.Fprint(tw, "\t", c.text(s))
		}
		fmt.Fprintln(tw)
	}
	tw.Flush()
	for _, r := range t.rows {
		if r.Error != "" {
			fmt.Fprintf(w, "%s fell out: %s\n", r.name(), r.Error)
		}
	}
}

func (c column) text(s stats.Spread) string {
	switch {
	case math.IsNaN(s.Median):
		return "-"
	case c.ranged:
		return fmt.Sprintf("%.*f [%.*f..%.*f]", c.digits, s.Median/c.unit, c.digits, s.Min/c.unit, c.digits, s.Max/c.unit)
	}
	return fmt.Sprintf("%.*f", c.digits, s.Median/c.unit)
}

func scaled(values []float64, factor float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = v * factor
	}
	return out
}

func less(values []float64, by float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = v - by
	}
	return out
}

func sum(a, b []float64) []float64 {
	out := make([]float64, min(len(a), len(b)))
	for i := range out {
		out[i] = a[i] + b[i]
	}
	return out
}
