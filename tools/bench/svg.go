package main

import (
	"cmp"
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
)

// The measures of a chart, in pixels.
const (
	chartWidth = 760
	chartLeft  = 130 // where bars and axes begin
	chartRight = 90  // room for a bar's figure, or for a line's name
	chartTop   = 44
	barHeight  = 22
	lineHeight = 260
	footHeight = 44
)

// colours of lines, and of the bars of ours and of others. They are told apart
// without colour, by their names.
var (
	lineColours = []string{"#0b6e4f", "#1f9d78", "#6bbf59", "#b5d99c", "#8a8d91", "#b3541e", "#d98b4a", "#5b6ee1", "#9b59b6", "#c0392b"}
	oursColour  = "#0b6e4f"
	otherColour = "#a9adb3"
)

// drawing is an SVG that is being written.
type drawing struct{ strings.Builder }

func newDrawing(title string, height int) *drawing {
	d := new(drawing)
	fmt.Fprintf(d, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" font-family="system-ui, sans-serif" font-size="13" role="img">`+"\n", chartWidth, height, chartWidth, height)
	fmt.Fprintf(d, "<title>%s</title>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n", html.EscapeString(title))
	d.text(16, 26, "start", "#1c1e21", 16, title)
	return d
}

func (d *drawing) text(x, y float64, anchor, colour string, size int, text string) {
	fmt.Fprintf(d, `<text x="%.1f" y="%.1f" text-anchor="%s" fill="%s" font-size="%d">%s</text>`+"\n", x, y, anchor, colour, size, html.EscapeString(text))
}

func (d *drawing) line(x1, y1, x2, y2 float64, colour string) {
	fmt.Fprintf(d, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s"/>`+"\n", x1, y1, x2, y2, colour)
}

// finish writes where the figures come from, and returns the document.
func (d *drawing) finish(height int, origin []string) string {
	for i, text := range origin {
		d.text(16, float64(height-footHeight+20+15*i), "start", "#6a6e73", 10, text)
	}
	d.WriteString("</svg>\n")
	return d.String()
}

// drawBars draws one bar for each series, with its range over the rounds.
func drawBars(p picture, all []series, origin []string) string {
	height := chartTop + barHeight*len(all) + footHeight
	title := fmt.Sprintf("%s: %s", p.title, p.unit)
	if p.lessIsMore {
		title += ", less is better"
	}
	d := newDrawing(title, height)
	most := 0.0
	for _, s := range all {
		most = max(most, s.points[0].value)
	}
	room := float64(chartWidth - chartLeft - chartRight)
	for i, s := range all {
		pt := s.points[0]
		y := float64(chartTop + barHeight*i)
		colour := otherColour
		if s.ours {
			colour = oursColour
		}
		x := func(v float64) float64 { return chartLeft + room*min(v/most, 1) }
		d.text(chartLeft-8, y+15, "end", "#1c1e21", 13, s.name)
		fmt.Fprintf(d, `<rect x="%d" y="%.1f" width="%.1f" height="%d" fill="%s"/>`+"\n", chartLeft, y+3, x(pt.value)-chartLeft, barHeight-6, colour)
		d.line(x(pt.low), y+barHeight/2, x(pt.high), y+barHeight/2, "#1c1e21")
		d.text(chartLeft+room+8, y+15, "start", "#1c1e21", 13, short(pt.value))
	}
	return d.finish(height, origin)
}

// drawLines draws a line for each series, both axes in powers of ten.
func drawLines(p picture, all []series, origin []string) string {
	height := chartTop + lineHeight + 40 + footHeight
	d := newDrawing(fmt.Sprintf("%s: %s", p.title, p.unit), height)
	low, high, first, last := math.Inf(1), 0.0, math.MaxInt, 1
	for _, s := range all {
		for _, pt := range s.points {
			low, high = min(low, pt.value), max(high, pt.value)
			first, last = min(first, pt.at), max(last, pt.at)
		}
	}
	bottom, top := math.Floor(math.Log10(low)), math.Ceil(math.Log10(high))
	top = max(top, bottom+1)
	left, right := math.Log10(float64(first)), max(math.Log10(float64(last)), math.Log10(float64(first))+1)
	room := float64(chartWidth - chartLeft - chartRight)
	x := func(at float64) float64 { return 60 + (room+60)*(at-left)/(right-left) }
	y := func(v float64) float64 { return chartTop + lineHeight*(1-(v-bottom)/(top-bottom)) }
	for e := bottom; e <= top; e++ {
		d.line(60, y(e), x(right), y(e), "#e3e5e8")
		d.text(54, y(e)+4, "end", "#6a6e73", 11, short(math.Pow(10, e)))
	}
	for e := math.Ceil(left); e <= right; e++ {
		d.text(x(e), chartTop+lineHeight+18, "middle", "#6a6e73", 11, fmt.Sprintf("%.0f", math.Pow(10, e)))
	}
	d.text(x((left+right)/2), chartTop+lineHeight+34, "middle", "#6a6e73", 11, p.grows)

	// The names stand at the ends of the lines, pushed apart where they would meet.
	ends := make([]int, len(all))
	for i := range ends {
		ends[i] = i
	}
	tip := func(i int) float64 { return y(math.Log10(all[i].points[len(all[i].points)-1].value)) }
	slices.SortFunc(ends, func(a, b int) int { return cmp.Compare(tip(a), tip(b)) })
	free := float64(chartTop)
	for _, i := range ends {
		s := all[i]
		colour := lineColours[i%len(lineColours)]
		var path strings.Builder
		for j, pt := range s.points {
			fmt.Fprintf(&path, "%s%.1f %.1f ", map[bool]string{true: "M", false: "L"}[j == 0], x(math.Log10(float64(pt.at))), y(math.Log10(pt.value)))
		}
		width := 1.5
		if s.ours {
			width = 2.5
		}
		fmt.Fprintf(d, `<path d="%s" fill="none" stroke="%s" stroke-width="%.1f"/>`+"\n", strings.TrimSpace(path.String()), colour, width)
		at := max(tip(i)+4, free)
		free = at + 13
		d.text(x(math.Log10(float64(s.points[len(s.points)-1].at)))+6, at, "start", colour, 11, s.name)
	}
	return d.finish(height, origin)
}

// short writes a figure with as many digits as mean something.
func short(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.3g", v)
}
