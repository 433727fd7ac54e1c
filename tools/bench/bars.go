package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
	"github.com/tenon-dev/tenon/tools/bench/internal/tenonecho"
)

// A bar is what one figure has to reach. It is taken from the ratios of a run: the
// median over the rounds.
type bar struct {
	what    string  // for people
	quick   bool    // of methods that are declared quick
	work    string  // of the row: "echo", "down", "launch", …
	size    string  // of the row, or ""
	callers int     // of the row, or 0
	codec   string  // of the row; "": the first one
	over    string  // the transport; "best": the one that does best
	ratio   string  // the name of the ratio
	least   float64 // what it has to reach; 0: there is most instead
	most    float64 // what it must not pass
}

// bars are all of them, in the order in which they are shown.
func bars() []bar {
	var all []bar
	each := func(what, work, size string, callers int, ratio string, least map[string]float64) {
		for _, over := range append([]string{"best"}, transportNames()...) {
			if v, ok := least[over]; ok {
				all = append(all, bar{what: what, work: work, size: size, callers: callers, over: over, ratio: ratio, least: v})
			}
		}
	}
	atMost := func(what, work, size string, callers int, ratio string, most map[string]float64) {
		from := len(all)
		each(what, work, size, callers, ratio, most)
		for i := from; i < len(all); i++ {
			all[i].least, all[i].most = 0, all[i].least
		}
	}
	every := func(v float64) map[string]float64 {
		m := map[string]float64{}
		for _, name := range transportNames() {
			m[name] = v
		}
		return m
	}
	const gRPC, netRPC, mTLS = "times_gp_grpc", "times_gp_netrpc", "times_gp_automtls"
	each("one caller, 64 B, against gp-grpc", "echo", "64B", 1, gRPC, map[string]float64{"best": 3})
	each("one caller, 64 B, against gp-netrpc", "echo", "64B", 1, netRPC, map[string]float64{"best": 2, "yamux": 1.2, "smux": 1.05})
	atMost("one caller, 64 B, against raw", "echo", "64B", 1, "p50_to_raw", map[string]float64{"best": 1.6})
	each("64 callers, 64 B, against gp-grpc", "echo", "64B", 64, gRPC, map[string]float64{"best": 5, "yamux": 4.5, "smux": 4.5})
	each("64 callers, 64 B, against gp-netrpc", "echo", "64B", 64, netRPC, map[string]float64{"best": 2.8, "yamux": 2.4, "smux": 2.4})
	each("64 callers, struct, against gp-grpc", "echo", "struct", 64, gRPC, map[string]float64{"best": 4})
	each("64 callers, struct, against gp-netrpc", "echo", "struct", 64, netRPC, map[string]float64{"best": 2.2})
	from := len(all)
	each("one caller, 64 B, quick, against gp-grpc", "echo", "64B", 1, gRPC, map[string]float64{"best": 3.7})
	each("one caller, 64 B, quick, against gp-netrpc", "echo", "64B", 1, netRPC, map[string]float64{"best": 2.3, "yamux": 1.35, "smux": 1.15})
	atMost("one caller, 64 B, quick, against raw", "echo", "64B", 1, "p50_to_raw", map[string]float64{"best": 1.35})
	each("64 callers, 64 B, quick, against gp-grpc", "echo", "64B", 64, gRPC, map[string]float64{"best": 8, "yamux": 7, "smux": 7})
	each("64 callers, 64 B, quick, against gp-netrpc", "echo", "64B", 64, netRPC, map[string]float64{"best": 4, "yamux": 3.5, "smux": 3.5})
	each("64 callers, struct, quick, against gp-grpc", "echo", "struct", 64, gRPC, map[string]float64{"best": 5})
	each("64 callers, struct, quick, against gp-netrpc", "echo", "struct", 64, netRPC, map[string]float64{"best": 2.8})
	for i := from; i < len(all); i++ {
		all[i].quick = true
	}
	each("1 MiB there and back, against gp-grpc", "echo", "1MiB", 1, gRPC, map[string]float64{"unix": 1.6, "yamux": 1.35, "smux": 1.2})
	atMost("64 callers, 64 B, p99 against its own p50", "echo", "64B", 64, "p99_to_own_p50", every(6))
	each("10,000 calls in flight, against its own 64", callsName, "64B", 10_000, ownRatio, every(0.65))
	atMost("allocations for each call with a deadline, beyond the codec's", deadlineName, "64B", 1, "allocs_beyond_codec", map[string]float64{"unix": 3, "yamux": 7, "smux": 9})
	from = len(all)
	atMost("one caller, struct, gob against cbor", "echo", "struct", 1, "p50_to_cbor", every(1.3))
	for i := from; i < len(all); i++ {
		all[i].codec = "gob"
	}
	each("64 KiB messages down, against writes and reads of a socket", "down", "64KiB", 1, "rate_to_raw", map[string]float64{"unix": 0.8, "yamux": 0.45, "smux": 0.4})
	each("64 KiB messages down, against gp-grpc", "down", "64KiB", 1, gRPC, map[string]float64{"unix": 4, "direct": 2, "yamux": 2.5, "smux": 2.2})
	for _, kind := range []string{"down", "up", "both"} {
		if kind != "down" {
			each("64 KiB messages "+kind+", against gp-grpc", kind, "64KiB", 1, gRPC, every(2))
		}
		each("64 B messages "+kind+", against gp-grpc", kind, "64B", 1, gRPC, every(3))
	}
	atMost("p99 of 64 B calls beside four streams, against gp-grpc", besideName, "64B", 1, "p99_to_gp_grpc", every(0.5))
	atMost("launch, against fork and exec", "launch", "", 0, "p50_to_bare", map[string]float64{"best": 2.3})
	each("launch, against gp-netrpc", "launch", "", 0, netRPC, map[string]float64{"best": 2})
	each("launch, against gp-automtls", "launch", "", 0, mTLS, map[string]float64{"best": 10})
	atMost("death to failed calls, against fork, exec and wait", deathName, "", 0, "p50_to_bare", every(10))
	atMost("RSS of an idle plugin, against gp-grpc", "launch", "", 0, "rss_to_gp_grpc", every(0.55))
	from = len(all)
	atMost("binary of a plugin with the core module alone, against gp-grpc", "launch", "", 0, "binary_to_gp_grpc", map[string]float64{"direct": 0.30})
	for i := from; i < len(all); i++ {
		all[i].codec = "json"
	}
	return all
}

// barsWork is what has to be measured for all bars.
const barsWork = "64B,struct,1MiB,deadline,calls,down:64KiB,down:64B,up:64KiB,up:64B,both:64KiB,both:64B,beside,launch,death"

// inBars reports whether a bar needs that cell.
func inBars(c cell) bool {
	size := subject.Work{Struct: c.work.Struct, Size: c.work.Size}.String()
	return slices.ContainsFunc(bars(), func(b bar) bool {
		return b.work == c.kind() && b.size == size && b.callers == c.callers
	})
}

// subject is whose row it is.
func (b bar) subject() string {
	if b.quick {
		return tenonecho.QuickName
	}
	return "tenon"
}

// figure returns the bar's figure in the report, and whose it is; NaN where it
// was not measured.
func (b bar) figure(rows []row) (v float64, who string) {
	v = math.NaN()
	for _, r := range rows {
		ratio, measured := r.Ratios[b.ratio]
		if !measured || r.Subject != b.subject() || r.Work != b.work || r.Size != b.size || r.Callers != b.callers {
			continue
		}
		if b.over != "best" && r.Transport != b.over {
			continue
		}
		if b.codec != r.Codec && (b.codec != "" || r.Codec != codecList()[0] && r.Codec != "") {
			continue
		}
		better := float64(ratio.Median) > v == (b.least > 0)
		if math.IsNaN(v) || better {
			v, who = float64(ratio.Median), r.Transport
		}
	}
	return v, who
}

// holds reports whether v reaches the bar.
func (b bar) holds(v float64) bool {
	if b.least > 0 {
		return v >= b.least
	}
	return v <= b.most // not for NaN
}

func (b bar) wanted() string {
	if b.least > 0 {
		return fmt.Sprintf("≥ %.4g", b.least)
	}
	return fmt.Sprintf("≤ %.4g", b.most)
}

// judge prints every bar with its figure, and returns how many fall short.
func judge(w io.Writer, rows []row) (short int) {
	fmt.Fprint(w, "\nbars\n")
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, b := range bars() {
		v, who := b.figure(rows)
		verdict, over := "holds", b.over
		if over == "best" {
			over = strings.TrimSpace("best: " + who)
		}
		if !b.holds(v) {
			short++
			verdict = "falls short"
		}
		got := fmt.Sprintf("%.2f", v)
		if math.IsNaN(v) {
			got, verdict = "not measured", "falls short"
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\n", b.what, over, b.wanted(), got, verdict)
	}
	tw.Flush()
	return short
}
