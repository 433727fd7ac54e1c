// Package several has interfaces that are generated together, and pass each other.
package several

import "context"

// A Hub has spokes.
type Hub interface {
	Spoke(ctx context.Context, n int) (Spoke, error)
	Join(ctx context.Context, s Spoke) (Hub, error)
}

// A Spoke belongs to a hub.
type Spoke interface {
	Number(ctx context.Context) (int, error)
	Hub(ctx context.Context) (Hub, error)
	Close() error
}

// URLBook shows what becomes of names with initials, and passes interfaces that have
// files of their own.
type URLBook interface {
	Visit(ctx context.Context, h Hub, s Spoke) (int, error)
}
