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

// A Series is one row of bars, and one curve.
type Series struct {
	Name      string
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
	wide       = 960
	margin     = 24
	nameWide   = 230
	rowHigh    = 22
	curveHigh  = 260
	headHigh   = 64
	sectionGap = 56
)

// colors are told apart by most people who do not see all colors.
var colors = []string{"#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#8a8a00", "#555555"}

// Write draws the series under a title.
func Write(w io.Writer, title, subtitle string, all []Series) error {
	d := &drawing{}
	barsHigh := rowHigh * len(all)
	high := headHigh + sectionGap + barsHigh + sectionGap + curveHigh + sectionGap
	d.add(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="system-ui, sans-serif" font-size="12">`, wide, high, wide, high)
	d.add(`<rect width="100%%" height="100%%" fill="#ffffff"/>`)
	d.text(margin, 30, `font-size="18" font-weight="600"`, title)
	d.text(margin, 50, `fill="#555555"`, subtitle)
	d.bars(headHigh+sectionGap/2, all)
	d.curves(headHigh+sectionGap+barsHigh+sectionGap/2, all)
	d.add(`</svg>`)
	_, err := w.Write(d.b.Bytes())
	return err
}

type drawing struct{ b bytes.Buffer }

func (d *drawing) add(format string, args ...any) {
	fmt.Fprintf(&d.b, format, args...)
	d.b.WriteByte('\n')
}

func (d *drawing) text(x, y float64, attributes, s string) {
	fmt.Fprintf(&d.b, `<text x="%.1f" y="%.1f" %s>`, x, y, attributes)
	xml.EscapeText(&d.b, []byte(s)) // a bytes.Buffer has no errors
	d.b.WriteString("</text>\n")
}

// bars draws the calls a second.
func (d *drawing) bars(top int, all []Series) {
	d.text(margin, float64(top), `font-weight="600"`, "calls a second")
	most := 1.0
	for _, s := range all {
		most = max(most, s.PerSecond)
	}
	room := float64(wide - 2*margin - nameWide - 260)
	for i, s := range all {
		y := float64(top + 12 + i*rowHigh)
		length := max(1, room*s.PerSecond/most)
		d.text(margin, y+14, `fill="#222222"`, s.Name)
		d.add(`<rect x="%d" y="%.1f" width="%.1f" height="%d" rx="2" fill="%s"/>`, margin+nameWide, y+2, length, rowHigh-6, colors[i%len(colors)])
		d.text(margin+nameWide+length+8, y+14, `fill="#222222"`, fmt.Sprintf("%.0f/s   p50 %s   p99 %s", s.PerSecond, Short(s.Median), Short(s.Tail)))
	}
}

// curves draws how the latencies are spread, over a logarithmic axis.
func (d *drawing) curves(top int, all []Series) {
	d.text(margin, float64(top), `font-weight="600"`, "latency: share of the calls")
	low, high := math.Inf(1), math.Inf(-1)
	share := 0.0
	for _, s := range all {
		total := s.total()
		for _, b := range s.Bins {
			low, high = min(low, math.Log10(float64(b.From))), max(high, math.Log10(float64(b.To)))
			share = max(share, float64(b.Count)/total)
		}
	}
	if share == 0 {
		return
	}
	left, right := float64(margin), float64(wide-margin)
	x := func(v time.Duration) float64 {
		return left + (right-left)*(math.Log10(float64(v))-low)/max(high-low, 0.1)
	}
	floor := float64(top + 16 + curveHigh)
	y := func(part float64) float64 { return floor - curveHigh*part/share }
	d.add(`<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#999999"/>`, left, floor, right, floor)
	for power := math.Floor(low); power <= high; power++ {
		for _, step := range []float64{1, 2, 5} {
			tick := time.Duration(step * math.Pow(10, power))
			if l := math.Log10(float64(tick)); l < low || l > high {
				continue
			}
			d.add(`<line x1="%.1f" y1="%d" x2="%.1f" y2="%.1f" stroke="#eeeeee"/>`, x(tick), top+16, x(tick), floor)
			d.text(x(tick), floor+16, `text-anchor="middle" fill="#555555"`, Short(tick))
		}
	}
	for i, s := range all {
		total := s.total()
		var path bytes.Buffer
		for j, b := range s.Bins {
			if j == 0 {
				fmt.Fprintf(&path, "M%.1f %.1f", x(b.From), floor)
			}
			middle := time.Duration(math.Sqrt(float64(b.From) * float64(b.To)))
			fmt.Fprintf(&path, " L%.1f %.1f", x(middle), y(float64(b.Count)/total))
			if j == len(s.Bins)-1 {
				fmt.Fprintf(&path, " L%.1f %.1f", x(b.To), floor)
			}
		}
		d.add(`<path d="%s" fill="none" stroke="%s" stroke-width="2" stroke-linejoin="round"/>`, path.String(), colors[i%len(colors)])
	}
}

func (s Series) total() float64 {
	total := int64(0)
	for _, b := range s.Bins {
		total += b.Count
	}
	return float64(max(total, 1))
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
