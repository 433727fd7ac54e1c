//go:build !race

package cborcodec_test

const raceEnabled = false
