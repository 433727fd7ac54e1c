// Package chart draws the result of a benchmark as an SVG file: how many calls a second,
// and how the latencies are spread.
package chart

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"time"
)

// A Series is one row.
type Series struct {
	Name      string
	Group     string // those of one group have one color
	PerSecond float64
	Median    time.Duration
	Tail      time.Duration // the 99th percentile
	Bins      []Bin
}

// A Bin counts the calls with a latency from From to To.
type Bin struct {
	From, To time.Duration
	Count    int64
}

// The measures of the drawing, in pixels.
const (
	wide     = 1120
	margin   = 24
	headHigh = 96
	rowHigh  = 34
	footHigh = 56

	barsLeft   = 210 // behind the names
	barsWide   = 180
	textLeft   = barsLeft + barsWide + 12
	curvesLeft = 640
	curvesWide = wide - margin - curvesLeft
)

// colors are told apart by most people who do not see all colors. Rows of one group have
// one color.
var colors = []string{"#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#8a8a00", "#555555"}

// Write draws a row for each series under a title: its name, a bar for its calls a
// second, and how its latencies are spread, over one logarithmic axis for all.
func Write(w io.Writer, title, subtitle string, all []Series) error {
	d := &drawing{axis: axisOf(all)}
	high := headHigh + rowHigh*len(all) + footHigh
	d.add(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="system-ui, sans-serif" font-size="12">`, wide, high, wide, high)
	d.add(`<rect width="100%%" height="100%%" fill="#ffffff"/>`)
	d.text(margin, 32, `font-size="18" font-weight="600"`, title)
	d.text(margin, 52, `fill="#555555"`, subtitle)
	d.text(barsLeft, headHigh-12, `font-weight="600"`, "calls a second")
	d.text(textLeft+90, headHigh-12, `font-weight="600"`, "median, 99 %")
	d.text(curvesLeft, headHigh-12, `font-weight="600"`, "latencies")
	d.ticks(headHigh, rowHigh*len(all))
	most := 1.0
	for _, s := range all {
		most = max(most, s.PerSecond)
	}
	groups := map[string]string{}
	for i, s := range all {
		if groups[s.Group] == "" {
			groups[s.Group] = colors[len(groups)%len(colors)]
		}
		d.row(headHigh+i*rowHigh, s, most, groups[s.Group])
	}
	d.add(`</svg>`)
	_, err := w.Write(d.b.Bytes())
	return err
}

type drawing struct {
	b    bytes.Buffer
	axis axis
}

func (d *drawing) add(format string, args ...any) {
	fmt.Fprintf(&d.b, format, args...)
	d.b.WriteByte('\n')
}

func (d *drawing) text(x, y float64, attributes, s string) {
	fmt.Fprintf(&d.b, `<text x="%.1f" y="%.1f" %s>`, x, y, attributes)
	xml.EscapeText(&d.b, []byte(s)) // a bytes.Buffer has no errors
	d.b.WriteString("</text>\n")
}

// row draws one series.
func (d *drawing) row(top int, s Series, most float64, color string) {
	line := float64(top) + rowHigh*0.65
	d.text(margin, line, `fill="#222222"`, s.Name)
	length := max(1, barsWide*s.PerSecond/most)
	d.add(`<rect x="%d" y="%d" width="%.1f" height="%d" rx="2" fill="%s"/>`, barsLeft, top+9, length, rowHigh-16, color)
	d.text(textLeft, line, `fill="#222222" font-weight="600"`, fmt.Sprintf("%.0f", s.PerSecond))
	d.text(textLeft+90, line, `fill="#555555"`, Short(s.Median)+", "+Short(s.Tail))
	floor := float64(top + rowHigh - 2)
	d.add(`<line x1="%d" y1="%.1f" x2="%d" y2="%.1f" stroke="#cccccc"/>`, curvesLeft, floor, curvesLeft+curvesWide, floor)
	highest := int64(0)
	for _, b := range s.Bins {
		highest = max(highest, b.Count)
	}
	for _, b := range s.Bins {
		if b.Count == 0 {
			continue
		}
		// The root of the share: the few slow calls are seen too.
		high := (rowHigh - 6) * math.Sqrt(float64(b.Count)/float64(highest))
		left, right := d.axis.at(b.From), d.axis.at(b.To)
		d.add(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`, left, floor-high, max(0.5, right-left-0.5), high, color)
	}
}

// ticks draws the axis of the latencies.
func (d *drawing) ticks(top, high int) {
	for power := math.Floor(d.axis.low); power <= d.axis.high; power++ {
		for _, step := range []float64{1, 2, 5} {
			tick := time.Duration(step * math.Pow(10, power))
			if l := math.Log10(float64(tick)); l < d.axis.low || l > d.axis.high {
				continue
			}
			x := d.axis.at(tick)
			d.add(`<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="#e8e8e8"/>`, x, top, x, top+high)
			d.text(x, float64(top+high+18), `text-anchor="middle" fill="#555555"`, Short(tick))
		}
	}
}

// An axis is logarithmic, from a latency to another.
type axis struct{ low, high float64 }

// axisOf returns the axis on which all latencies are.
func axisOf(all []Series) axis {
	a := axis{math.Inf(1), math.Inf(-1)}
	for _, s := range all {
		for _, b := range s.Bins {
			a.low, a.high = min(a.low, math.Log10(float64(max(b.From, 1)))), max(a.high, math.Log10(float64(max(b.To, 1))))
		}
	}
	if a.low > a.high {
		return axis{0, -1} // none: without ticks
	}
	return a
}

func (a axis) at(d time.Duration) float64 {
	return curvesLeft + curvesWide*(math.Log10(float64(max(d, 1)))-a.low)/max(a.high-a.low, 0.1)
}

// Short writes a latency with three digits or so: "75.2µs".
func Short(d time.Duration) string {
	switch {
	case d < time.Microsecond:
		return d.String()
	case d < time.Millisecond:
		return short(float64(d)/1e3, "µs")
	case d < time.Second:
		return short(float64(d)/1e6, "ms")
	}
	return short(float64(d)/1e9, "s")
}

func short(v float64, unit string) string {
	switch {
	case v >= 100 || v == math.Trunc(v):
		return fmt.Sprintf("%.0f%s", v, unit)
	case v >= 10:
		return fmt.Sprintf("%.1f%s", v, unit)
	}
	return fmt.Sprintf("%.2f%s", v, unit)
}
