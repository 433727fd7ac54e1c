package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/tenon-dev/tenon/tools/tenon/internal/chart"
	"github.com/tenon-dev/tenon/tools/tenon/internal/load"
	"github.com/tenon-dev/tenon/tools/tenon/internal/terminal"
)

// A benchReport is the result of "tenon bench".
type benchReport struct {
	Plugin  string     `json:"plugin"`
	Release string     `json:"release,omitempty"`
	Method  string     `json:"method"`
	Machine string     `json:"machine"`
	Rows    []benchRow `json:"rows"`
}

type benchRow struct {
	cell
	Calls     int64         `json:"calls"`
	Values    int64         `json:"values"`
	Seconds   float64       `json:"seconds"`
	PerSecond float64       `json:"per_second"`
	Min       time.Duration `json:"min_ns"`
	Mean      time.Duration `json:"mean_ns"`
	P50       time.Duration `json:"p50_ns"`
	P90       time.Duration `json:"p90_ns"`
	P99       time.Duration `json:"p99_ns"`
	P999      time.Duration `json:"p999_ns"`
	Max       time.Duration `json:"max_ns"`
	Histogram []load.Bin    `json:"histogram"`
}

func newBenchReport(s *source, method string, cells []cell) *benchReport {
	r := &benchReport{
		Plugin: s.arg, Method: method,
		Machine: fmt.Sprintf("%s/%s, %d processors, tenon built with %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version()),
	}
	if s.description != nil {
		r.Release = s.description.Release
	}
	for _, c := range cells {
		v := c.result
		r.Rows = append(r.Rows, benchRow{
			cell: c, Calls: v.Calls, Values: v.Values, Seconds: v.Elapsed.Seconds(), PerSecond: v.PerSecond(),
			Min: v.Min(), Mean: v.Mean(), P50: v.Percentile(50), P90: v.Percentile(90), P99: v.Percentile(99),
			P999: v.Percentile(99.9), Max: v.Max(), Histogram: v.Histogram(),
		})
	}
	return r
}

// table prints the rows for people.
func (r *benchReport) table(w io.Writer) {
	low, high := r.span()
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "transport\tcodec\tcallers\tcalls/s\tp50\tp90\tp99\tp99.9\tmax\t%s … %s\n", chart.Short(low), chart.Short(high))
	for _, row := range r.Rows {
		fmt.Fprintf(t, "%s\t%s\t%d\t%.0f\t%s\t%s\t%s\t%s\t%s\t%s\n",
			terminal.Line(row.Transport), terminal.Line(row.Codec), row.Callers, row.PerSecond,
			chart.Short(row.P50), chart.Short(row.P90), chart.Short(row.P99), chart.Short(row.P999), chart.Short(row.Max),
			spark(row.Histogram, low, high))
	}
	t.Flush()
	fmt.Fprintln(w, terminal.Line(joined(r.Plugin, r.Release, r.Method)+" on "+r.Machine))
}

// span is the shortest and the longest latency of all rows.
func (r *benchReport) span() (low, high time.Duration) {
	for _, row := range r.Rows {
		for _, b := range row.Histogram {
			if low == 0 || b.From < low {
				low = b.From
			}
			high = max(high, b.To)
		}
	}
	return low, high
}

// sparkMost is how many characters a histogram takes at most.
const sparkMost = 40

// spark draws a histogram in one line, a character for each bin from low to high, or for
// several where there are many. Its bars are as high as the root of their share, so that
// the few slow calls are seen too.
func spark(bins []load.Bin, low, high time.Duration) string {
	steps := []rune("▁▂▃▄▅▆▇█")
	column := func(d time.Duration) int {
		return int(math.Round(load.PerDecade * math.Log10(float64(max(d, 1))/float64(max(low, 1)))))
	}
	each := (column(high) + sparkMost - 1) / sparkMost
	counts := make([]int64, column(high)/max(each, 1)+1)
	most := int64(0)
	for _, b := range bins {
		i := min(max(column(b.From)/max(each, 1), 0), len(counts)-1)
		counts[i] += b.Count
		most = max(most, counts[i])
	}
	var text strings.Builder
	for _, n := range counts {
		if n == 0 {
			text.WriteByte(' ')
			continue
		}
		height := int(math.Ceil(float64(len(steps)) * math.Sqrt(float64(n)/float64(most))))
		text.WriteRune(steps[min(max(height-1, 0), len(steps)-1)])
	}
	return strings.TrimRight(text.String(), " ")
}

// draw writes the chart.
func (r *benchReport) draw(path string) error {
	var all []chart.Series
	for _, row := range r.Rows {
		s := chart.Series{Name: row.cell.String(), Group: row.Codec, PerSecond: row.PerSecond, Median: row.P50, Tail: row.P99}
		for _, b := range row.Histogram {
			s.Bins = append(s.Bins, chart.Bin(b))
		}
		all = append(all, s)
	}
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("draw the result: %w", err)
	}
	err = chart.Write(f, terminal.Line(joined(r.Plugin, r.Release, r.Method)), r.Machine, all)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}
