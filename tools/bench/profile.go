package main

import (
	"errors"
	"os"
	"runtime/pprof"
)

// startHostProfile begins a CPU profile of this process. The function that it
// returns ends it.
func startHostProfile(file string) (stop func() error, err error) {
	f, err := os.Create(file)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return f.Close()
	}, nil
}
