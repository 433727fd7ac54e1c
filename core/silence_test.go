package tenon

import (
	"testing"
	"time"
)

func TestSilenceIsCounted(t *testing.T) {
	step := time.Second
	s := silence{limit: 4 * step, step: step, waiting: true}
	expect := func(what string, got, want silenceVerdict) {
		t.Helper()
		if got != want {
			t.Fatalf("%s: %d, not %d", what, got, want)
		}
	}
	for range 3 {
		expect("too early", s.tick(step), wait)
	}
	if s.heard() {
		t.Fatal("a silence ended that was none")
	}
	expect("answered: the next question", s.tick(step), askAgain)
	expect("asked", s.tick(step), wait)
	expect("this process stood still", s.tick(time.Hour), wait)
	for range 3 {
		expect("counted from then on", s.tick(step), wait)
	}
	expect("long enough", s.tick(step), isSilent)
	expect("said once", s.tick(step), wait)
	if !s.heard() {
		t.Fatal("the end of the silence was missed")
	}
	expect("and on", s.tick(step), askAgain)
}
