package launchtest

import (
	"context"
	"fmt"

	"github.com/tenon-dev/tenon/core/launch"
)

// These cases ask of launchers without a link what others are asked over theirs.

// A lodger is a process that lives until its visitor leaves, and ends with code 0 then.
type lodger struct {
	launch.Process
	visitor *visitor
}

// lodge starts so many with one launcher, and ends the context of each start at once.
func (b *bench) lodge(n int) ([]lodger, error) {
	door, err := b.expectVisitor()
	if err != nil {
		return nil, err
	}
	l, err := b.launcher("hold", door.env())
	if err != nil {
		return nil, err
	}
	var all []lodger
	for range n {
		ctx, cancel := context.WithCancel(context.Background())
		p, err := b.launch(ctx, l, launch.Request{})
		cancel()
		if err != nil {
			return nil, err
		}
		v := &visitor{listener: door.listener}
		if err := v.arrive(b.h.Guard); err != nil {
			return nil, err
		}
		b.closers = append(b.closers, v)
		all = append(all, lodger{p, v})
	}
	return all, nil
}

// endsByItself lets it end, and looks whether it does so in its own way.
func (l lodger) endsByItself(b *bench) error {
	l.visitor.conn.Close()
	if err := b.ended(l); err != nil {
		return err
	}
	if e := l.Exit(); e.Code != 0 || e.Signal != nil {
		return fmt.Errorf("it did not end by itself, but with %+v", e)
	}
	return nil
}

func checkContextLeavesProcess(b *bench) error {
	all, err := b.lodge(1)
	if err != nil {
		return fmt.Errorf("after the end of ctx: %w", err)
	}
	return all[0].endsByItself(b)
}

func checkIndependentProcesses(b *bench) error {
	all, err := b.lodge(3)
	if err != nil {
		return err
	}
	all[1].Kill()
	if err := b.ended(all[1]); err != nil {
		return err
	}
	if err := all[0].endsByItself(b); err != nil {
		return fmt.Errorf("the first of three, after the second was killed: %w", err)
	}
	return all[2].endsByItself(b)
}
