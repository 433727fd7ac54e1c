package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/transport"
)

// The test binary plays every role, as the real one does.
func TestMain(m *testing.M) {
	if role := os.Getenv(roleEnv); role != "" {
		play(role)
		return
	}
	os.Setenv("GORACE", "atexit_sleep_ms=0")
	os.Exit(m.Run())
}

// TestAttacks plays some of each kind, by both sides.
func TestAttacks(t *testing.T) {
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"-transports", "direct", "-match", "^(garbage|huge-frame|references-many|cbor-claim|escapes|huge-hello|million-streams)$"}, &out, &errs)
	if code != 0 || strings.Count(out.String(), " ok\n") != 13 {
		t.Errorf("exit code %d\n%s%s", code, &out, &errs)
	}
}

// Each attack has a round over each transport, by each side that plays it, and with
// quick over one of them: none is left out.
func TestPlan(t *testing.T) {
	var chosen []transport.Transport
	for _, name := range []string{"unix", "direct", "yamux", "smux"} {
		tr, err := transportNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		chosen = append(chosen, tr)
	}
	every := regexp.MustCompile("")
	for quick, most := range map[bool]int{false: len(chosen), true: 1} {
		got := map[string]int{}
		hasty, patient := plan(every, chosen, quick)
		for _, r := range append(hasty, patient...) {
			got[r.a.name+" by a "+r.side.String()]++
		}
		for _, a := range attacks() {
			want := most
			if a.link != nil || a.over != "" {
				want = 1
			}
			for _, side := range []transport.Side{transport.Plugin, transport.Host} {
				if n := got[a.name+" by a "+side.String()]; a.by(side) && n != want || !a.by(side) && n != 0 {
					t.Errorf("quick: %v: %s by a %v has %d rounds, want %d", quick, a.name, side, n, want)
				}
			}
		}
	}
}

// What must not happen is noticed.
func TestJudge(t *testing.T) {
	good := report{Before: 10 << 20, Peak: 20 << 20, Said: "it broke the protocol", Survived: true}
	a := attack{name: "x", want: "broke the protocol", survives: true}
	if err := good.judge(a); err != nil {
		t.Error(err)
	}
	for want, change := range map[string]func(*report){
		"memory grew by":           func(r *report) { r.Peak = r.Before + mayGrow() + 1 },
		"others were harmed: lost": func(r *report) { r.Others = "lost" },
		"session ended":            func(r *report) { r.Survived = false },
		"does not say":             func(r *report) { r.Said = "nothing" },
		"drive a terminal":         func(r *report) { r.Said += "\x1b[2J" },
	} {
		r := good
		change(&r)
		if err := r.judge(a); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// An attack that has an effect fails the run, and says so.
func TestFailureIsReported(t *testing.T) {
	var out, errs bytes.Buffer
	tr, err := transportNamed("direct")
	if err != nil {
		t.Fatal(err)
	}
	a, ok := attackNamed("garbage")
	if !ok || !a.by(transport.Host) {
		t.Fatal("there is no such attack")
	}
	r, err := attacked(t.Context(), a, tr, transport.Host)
	if err != nil {
		t.Fatal(err)
	}
	a.survives, a.want = true, "what nobody says"
	if err := r.judge(a); err == nil || !strings.Contains(err.Error(), "session ended") || !strings.Contains(err.Error(), "does not say") {
		t.Error(err)
	}
	for _, args := range [][]string{{"-transports", "carrier-pigeon"}, {"-match", "["}, {"-nonsense"}} {
		if code := run(t.Context(), args, &out, &errs); code != 2 {
			t.Errorf("%q: exit code %d", args, code)
		}
	}
}
