package rpc

import (
	"context"
	"runtime"
	"testing"
	"time"
)

// A callee that gives back what it was passed, and keeps nothing, does not release it
// before the caller has it: nothing says when a reply has arrived, and a release goes
// another way.
func TestReferenceThatIsGivenBack(t *testing.T) {
	p := newPair(t, Config{}, Config{Services: newMethodsService(map[string]func(context.Context, *Incoming) error{
		"Same": func(_ context.Context, in *Incoming) error {
			o, _, err := in.Object(0)
			if err != nil {
				return err
			}
			in.ReplyObject(newPasser(nil), stub{o})
			return in.Reply("")
		},
	})})
	c := begin(t, p.dispense(t, "methods"), "Same")
	mine := &passer{}
	c.PassObject(newPasser(nil), mine, true)
	if err := c.Do("", new(string)); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	if _, home, err := c.Object(0); err != nil || home != any(mine) {
		t.Errorf("got %v, %v", home, err)
	}
	nothingLeft(t, p)
}
