// Package other has what the interfaces of another package use.
package other

import "context"

// A Place is somewhere.
type Place struct{ X, Y float64 }

// A Sink takes texts.
type Sink interface {
	// Put puts one text in.
	Put(ctx context.Context, text string) error
}

// A Named has a name.
type Named interface {
	// Name returns it.
	Name(ctx context.Context) (string, error)
}
