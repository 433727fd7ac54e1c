//go:build race

package gobcodec_test

// The race detector makes pools forget at random, so allocations are not counted.
const raceEnabled = true
