package codec_test

import (
	"errors"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"unsafe"

	"github.com/tenon-dev/tenon/core/codec"
)

type locked struct {
	Name string
	Lock chan int
}

type hidden struct{ secret int }

type guarded struct {
	Name string
	mu   sync.Mutex //lint:ignore U1000 not exported, so it stays at home
}

type ring struct {
	Next *ring
	All  map[string][]*ring
}

type embedsHidden struct{ inner }

type embedsPointer struct{ *inner }

type inner struct{ F func() }

type pair[K comparable, V any] struct {
	Key   K
	Value V
}

type loop *loop

type outer struct{ Queues map[string][]locked }

func TestCheckNamesThePath(t *testing.T) {
	_ = hidden{}.secret
	_ = &guarded{}
	tests := []struct {
		typ  reflect.Type
		want string
	}{
		{reflect.TypeFor[locked](), "codec: field locked.Lock: chan int cannot cross a process"},
		{reflect.TypeFor[*locked](), "codec: field locked.Lock: chan int cannot cross a process"},
		{reflect.TypeFor[outer](), "codec: field outer.Queues[][].Lock: chan int cannot cross a process"},
		{reflect.TypeFor[func()](), "codec: func() cannot cross a process"},
		{reflect.TypeFor[[]func()](), "codec: element of []func(): func() cannot cross a process"},
		{reflect.TypeFor[map[chan int]int](), "codec: key of map[chan int]int: chan int cannot cross a process"},
		{reflect.TypeFor[pair[string, unsafe.Pointer]](), "codec: field pair.Value: unsafe.Pointer cannot cross a process"},
		{reflect.TypeFor[struct{ A uintptr }](), "codec: field struct.A: uintptr is an address, and cannot cross a process"},
		{reflect.TypeFor[struct{ A []sync.Mutex }](), "codec: element of field struct.A: sync.Mutex guards the memory of one process, and cannot cross"},
		{reflect.TypeFor[*atomic.Int64](), "codec: atomic.Int64 guards the memory of one process, and cannot cross"},
		{reflect.TypeFor[struct{ H hidden }](), "codec: field struct.H: codec_test.hidden has no exported fields, so nothing of it would cross; export some, or give it marshaling methods"},
		{reflect.TypeFor[embedsHidden](), "codec: field embedsHidden.inner.F: func() cannot cross a process"},
		{reflect.TypeFor[embedsPointer](), "codec: field embedsPointer.inner: *codec_test.inner is embedded by a pointer and not exported, so nobody else can set it; embed the struct itself, or export its type"},
		{reflect.TypeFor[loop](), "codec: codec_test.loop points to nothing but itself"},
		{nil, "codec: no type was given"},
	}
	for _, tt := range tests {
		err := codec.Rules{}.Check(tt.typ)
		if err == nil {
			t.Errorf("Check(%v) accepted it", tt.typ)
			continue
		}
		if err.Error() != tt.want {
			t.Errorf("Check(%v):\n got %s\nwant %s", tt.typ, err, tt.want)
		}
		if u := new(codec.Unsupported); !errors.As(err, &u) {
			t.Errorf("Check(%v) returned %T, want *Unsupported", tt.typ, err)
		}
	}
}

func TestCheckAccepts(t *testing.T) {
	for _, typ := range []reflect.Type{
		reflect.TypeFor[guarded](),
		reflect.TypeFor[*ring](),
		reflect.TypeFor[struct{}](),
		reflect.TypeFor[pair[int, []string]](),
		reflect.TypeFor[any](),
	} {
		if err := (codec.Rules{}).Check(typ); err != nil {
			t.Errorf("Check(%v): %v", typ, err)
		}
	}
}

func TestRulesAreAsked(t *testing.T) {
	rules := codec.Rules{
		Leaf: func(t reflect.Type) bool { return t == reflect.TypeFor[hidden]() },
		Skip: func(f reflect.StructField) bool { return f.Name == "Lock" },
		Refuse: func(t reflect.Type, role codec.Role) string {
			if role == codec.MapKey && t.Kind() != reflect.String {
				return "cannot be a key"
			}
			return ""
		},
	}
	for _, typ := range []reflect.Type{reflect.TypeFor[hidden](), reflect.TypeFor[locked](), reflect.TypeFor[map[string]int]()} {
		if err := rules.Check(typ); err != nil {
			t.Errorf("Check(%v): %v", typ, err)
		}
	}
	want := "codec: key of field struct.M: codec_test.hidden cannot be a key"
	err := rules.Check(reflect.TypeFor[struct {
		H hidden
		M map[hidden]int
	}]())
	if err == nil || err.Error() != want {
		t.Errorf("a leaf as a map key: got %v, want %s", err, want)
	}
}
