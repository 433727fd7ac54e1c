package tenon

import "testing"

// Whoever writes TENON_DEBUG=0 wants timers.
func TestDebugging(t *testing.T) {
	for value, want := range map[string]bool{"": false, "0": false, "false": false, "F": false, "1": true, "true": true, "yes": true, "dlv": true} {
		t.Setenv(debugEnv, value)
		if debugging() != want {
			t.Errorf("%s=%s: %v", debugEnv, value, !want)
		}
	}
}
