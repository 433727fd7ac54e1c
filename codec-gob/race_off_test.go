//go:build !race

package gobcodec_test

const raceEnabled = false
