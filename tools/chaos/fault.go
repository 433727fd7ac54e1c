package main

import (
	"context"
	"slices"
)

// A fault is one thing that can happen. To add one, write its function into the
// file of its family and list it there.
type fault struct {
	name string
	what string // in words, for -list

	// do is the whole step, from the start of the plugin on. It returns what was
	// not as it should be. What it started is ended by others.
	do func(ctx context.Context, c *scene) error
}

// faults are all of them, family by family.
func faults() []fault {
	return slices.Concat(processFaults(), handlerFaults(), linkFaults(), startFaults(), hostFaults(), successionFaults(), attachFaults())
}
