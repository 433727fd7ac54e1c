package rawecho

import (
	"context"

	"github.com/tenon-dev/tenon/tools/bench/internal/child"
	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

// Bare is the limit of launching: a program that prints one line.
type Bare struct{}

var _ subject.Subject = Bare{}

// Label implements [subject.Subject].
func (Bare) Label() subject.Label { return subject.Label{Subject: "bare"} }

// Role implements [subject.Subject].
func (Bare) Role() string { return "bare" }

// Settings implements [subject.Subject].
func (Bare) Settings() string { return "fork, exec, and the first line of a Go program; no socket" }

// Start implements [subject.Subject]: it returns when the line was read.
func (Bare) Start(ctx context.Context, p subject.Program) (subject.Session, error) {
	c, err := child.Start(ctx, p)
	if err != nil {
		return nil, err
	}
	return silent{c}, nil
}

type silent struct{ *child.Child }

func (silent) Caller(context.Context, subject.Work) (subject.Call, func(), error) {
	return nil, nil, subject.ErrNoCalls
}
