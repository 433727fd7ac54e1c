package tenon

import (
	"testing"
	"time"
)

func TestRestartPolicyCounts(t *testing.T) {
	p := RestartPolicy{Max: 3, Within: time.Minute, Backoff: time.Second, MaxBackoff: 3 * time.Second}
	at := time.Unix(0, 0)
	var recent []time.Time
	step := func(after time.Duration, want time.Duration, ok bool) {
		t.Helper()
		at = at.Add(after)
		var delay time.Duration
		var allowed bool
		recent, delay, allowed = p.next(recent, at)
		if allowed != ok || delay > want || delay < want/2 {
			t.Fatalf("at %v: %v, %v; want up to %v, %v", at.Sub(time.Unix(0, 0)), delay, allowed, want, ok)
		}
	}
	step(0, time.Second, true)
	step(time.Second, 2*time.Second, true)
	step(time.Second, 3*time.Second, true) // four, were it not for MaxBackoff
	step(time.Second, 0, false)
	step(57*time.Second, 3*time.Second, true) // the first one is a minute old
	step(0, 0, false)
	step(time.Hour, time.Second, true) // long stable: from the start
}

func TestRestartPolicyWithoutLimit(t *testing.T) {
	p := RestartPolicy{Max: -1}.withDefaults()
	var recent []time.Time
	for i := range 1000 {
		var delay time.Duration
		var ok bool
		if recent, delay, ok = p.next(recent, time.Unix(0, int64(i))); !ok || delay <= 0 || delay > p.MaxBackoff || len(recent) > 64 {
			t.Fatalf("restart %d: %v, %v, %d remembered", i, delay, ok, len(recent))
		}
	}
}

// Delays are not the same for all who restart.
func TestRestartPolicyJitters(t *testing.T) {
	p := RestartPolicy{Max: 1, Backoff: time.Hour}.withDefaults()
	seen := map[time.Duration]bool{}
	for range 20 {
		_, delay, _ := p.next(nil, time.Unix(0, 0))
		seen[delay] = true
	}
	if len(seen) < 2 {
		t.Errorf("always the same delay: %v", seen)
	}
}
