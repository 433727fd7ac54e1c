//go:build race

package shapes

// raceEnabled: the race detector makes pools forget at random.
const raceEnabled = true
