package rpc

import (
	"context"
	"errors"
	"io"
	"testing"
)

type closer struct{ closed *int }

func (c closer) Close() error { *c.closed++; return errors.New("nobody asks") }

func newObjects(limit int) *objects {
	root := &exported{id: rootObject}
	root.uses.Store(2)
	return &objects{byID: map[uint64]*exported{rootObject: root}, root: root, limit: limit, later: func(f func()) { f() }}
}

func TestObjectsAreClosedByTheLastUse(t *testing.T) {
	table := newObjects(9)
	closed := 0
	e := &exported{impl: closer{&closed}}
	if err := table.add(e); err != nil || e.id != 1 {
		t.Fatalf("got id %d, %v", e.id, err)
	}
	first, again := table.use(1), table.use(1)
	if first != e || again != e || table.use(2) != nil {
		t.Fatal("an object is found by its id only")
	}
	table.put(e)
	table.release(1)
	if table.use(1) != nil {
		t.Error("it is found after its release")
	}
	table.release(1)
	if closed != 0 {
		t.Error("closed while it is in use")
	}
	table.put(e)
	if closed != 1 || table.count() != 0 {
		t.Errorf("closed %d times; %d are left", closed, table.count())
	}
}

func TestObjectsKeepTheRoot(t *testing.T) {
	table := newObjects(9)
	table.release(rootObject)
	if e := table.use(rootObject); e == nil {
		t.Fatal("the root is gone")
	} else {
		table.put(e)
	}
	if table.count() != 0 {
		t.Error("the root is counted")
	}
}

func TestObjectsEnd(t *testing.T) {
	table := newObjects(2)
	closed := 0
	var all []*exported
	for i := range 3 {
		e := &exported{impl: closer{&closed}}
		err := table.add(e)
		if (err != nil) != (i == 2) {
			t.Fatalf("object %d: %v", i, err)
		}
		if i == 2 && (!errors.Is(err, ResourceExhausted) || err.(*Error).Details["limit"] != "Objects") {
			t.Errorf("got %v", err)
		}
		all = append(all, e)
	}
	table.release(1)
	late := &exported{impl: struct{}{}} // with nothing to close
	if err := table.add(late); err != nil || late.id != 3 {
		t.Errorf("got id %d, %v: ids are not used again", late.id, err)
	}
	held := table.use(all[1].id)
	table.close()
	if closed != 1 {
		t.Errorf("closed %d", closed)
	}
	table.put(held)
	if closed != 2 || table.use(late.id) != nil || table.count() != 0 {
		t.Errorf("closed %d; %d are left", closed, table.count())
	}
	if err := table.add(&exported{}); !errors.Is(err, ErrReleased) {
		t.Errorf("got %v", err)
	}
	table.close()
}

// Many objects of one service share what is registered of errors.
func TestObjectsShareErrors(t *testing.T) {
	def := Definition{Interface: "Locked", Errors: Errors{"kv.locked": errLocked}}
	def.New = func(context.Context, func(any) error) (any, error) { return struct{}{}, nil }
	service := Define(def)
	for name, side := range map[string]Errors{"none": nil, "some": {"kv.other": io.ErrNoProgress}} {
		t.Run("registered by the side: "+name, func(t *testing.T) {
			p := newPair(t, Config{}, Config{Services: map[string]*Service{"locked": service}, Errors: side})
			if n := testing.AllocsPerRun(10, func() { p.plugin.errorsOf(service) }); n > 0 {
				t.Errorf("%v allocations for each object", n)
			}
			if got := p.plugin.errorsOf(service); got["kv.locked"] != errLocked || len(got) != 1+len(side) {
				t.Errorf("got %v", got)
			}
		})
	}
}
