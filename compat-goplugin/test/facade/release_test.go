package facade

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// releases are those of the original that can be had, and current is the one whose API
// ours is.
var releases = []string{"v1.0.0", "v1.0.1", "v1.4.3", "v1.4.5", "v1.4.8", "v1.6.0", "v1.6.2", "v1.6.3", "v1.7.0", current}

const current = "v1.8.0"

// TestEveryRelease runs one program, built with our library and with each release of the
// original, as the host of the other and as its plugin. What works between two of one
// release must work between it and ours.
func TestEveryRelease(t *testing.T) {
	tested := releases
	if testing.Short() {
		tested = []string{"v1.0.1", "v1.4.8", "v1.6.3", current}
	}
	mine := build(t, ours)
	alone := ways(t, mine, mine)
	for way, text := range alone {
		if text != "hello ours from ours" {
			t.Errorf("ours with ours, %s: %s", way, text)
		}
	}
	for _, release := range tested {
		t.Run(release, func(t *testing.T) {
			t.Parallel()
			theirs := build(t, release)
			want := ways(t, theirs, theirs)
			for _, way := range slices.Sorted(maps.Keys(want)) {
				if want[way] == "hello "+release+" from "+release {
					continue
				}
				t.Logf("%s does not work with itself, and is not asked of ours: %s", way, want[way])
				delete(want, way)
			}
			// Else nothing would be compared.
			for _, way := range []string{"netrpc", "grpc"} {
				if want[way] == "" {
					t.Errorf("%s does not work with itself over %s", release, way)
				}
			}
			if len(alone) != 5 || release == current && len(want) != 5 {
				t.Errorf("%d ways work with ours, %d with %s, want 5", len(alone), len(want), release)
			}
			host, plugin := ways(t, theirs, mine), ways(t, mine, theirs)
			for way := range want {
				if got, want := host[way], "hello "+release+" from ours"; got != want {
					t.Errorf("host %s, plugin ours, %s: %q, want %q", release, way, got, want)
				}
				if got, want := plugin[way], "hello ours from "+release; got != want {
					t.Errorf("host ours, plugin %s, %s: %q, want %q", release, way, got, want)
				}
			}
		})
	}
}

// ways runs a host with a plugin, and returns what it says of each way.
func ways(t *testing.T, host, plugin string) map[string]string {
	t.Helper()
	said := map[string]string{}
	for _, line := range strings.Split(run(t, t.TempDir(), host, plugin), "\n") {
		way, text, _ := strings.Cut(line, " ")
		said[way] = text
	}
	return said
}
