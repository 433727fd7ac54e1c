package main

import (
	"testing"
	"time"

	"github.com/tenon-dev/tenon/tools/tenon/internal/load"
)

func TestSpark(t *testing.T) {
	us := time.Microsecond
	bins := []load.Bin{{From: 100 * us, To: 126 * us, Count: 1}, {From: 126 * us, To: 159 * us, Count: 100}, {From: 159 * us, To: 200 * us}, {From: 200 * us, To: 252 * us, Count: 25}}
	for _, c := range []struct {
		low, high time.Duration
		want      string
	}{
		{100 * us, 252 * us, "▁█ ▄"},
		{10 * us, 10_000 * us, "          ▁█ ▄"},
		{us, time.Minute, "          █▄"}, // two bins for each character
	} {
		if got := spark(bins, c.low, c.high); got != c.want {
			t.Errorf("from %v to %v: %q, not %q", c.low, c.high, got, c.want)
		}
	}
	if got := spark(nil, 0, 0); got != "" {
		t.Errorf("nothing is drawn as %q", got)
	}
}
