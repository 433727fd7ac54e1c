package tenon

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestLifecycle drives every event in every state, and holds the table in
// docs/lifecycle.md.
func TestLifecycle(t *testing.T) {
	text, err := os.ReadFile("../docs/lifecycle.md")
	if err != nil {
		t.Fatal(err)
	}
	states := []State{New, Starting, Ready, Restarting, Draining, Stopped, Crashed}
	for e, name := range map[event]string{begin: "begin", succeeded: "succeeded", failed: "failed", vacated: "vacated", stopping: "stopping", ended: "ended"} {
		row := regexp.MustCompile(`(?m)^\| ` + name + ` \|.*$`).FindString(string(text))
		fields := strings.Split(row, "|")
		if len(fields) != len(states)+4 {
			t.Fatalf("the table has no row %s: %q", name, row)
		}
		for i, s := range states {
			l := life{state: s, ended: make(chan struct{})}
			before := l.change(e, nil, nil)
			want := strings.TrimSpace(fields[i+3])
			if want == "" {
				want = s.String()
			}
			if before != s || l.state.String() != want {
				t.Errorf("%s in %v leads to %v, where the table says %s", name, s, l.state, want)
			}
			select {
			case <-l.ended:
				if final := l.state == Stopped || l.state == Crashed; !final {
					t.Errorf("%s in %v closes Done in %v", name, s, l.state)
				}
			default:
				if final := l.state == Stopped || l.state == Crashed; final && s != l.state {
					t.Errorf("%s in %v leaves Done open in %v", name, s, l.state)
				}
			}
		}
	}
}
