package codectest

import (
	"errors"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/tenon-dev/tenon/core/codec"
)

func checkAccepts(s *suite) {
	for _, sample := range s.samples {
		t := reflect.TypeOf(sample.Value)
		if err := s.codec.Check(t); err != nil {
			s.report("%s: Check: %v", sample.Name, err)
		}
		if err := s.codec.Check(t); err != nil {
			s.report("%s: Check, asked again: %v", sample.Name, err)
		}
	}
}

type (
	holdsChan    struct{ Trouble chan int }
	holdsFunc    struct{ Trouble func() }
	holdsUnsafe  struct{ Trouble unsafe.Pointer }
	holdsAddress struct{ Trouble uintptr }
	holdsMutex   struct{ Trouble sync.Mutex }
	holdsAtomic  struct{ Trouble atomic.Int64 }
	holdsSecret  struct{ Trouble secret }
	holdsDeep    struct {
		Fine  string
		Outer []map[string]*holdsChan
	}
	secret struct {
		value int //lint:ignore U1000 what is hidden is what makes the type unfit
	}
)

func checkRefuses(s *suite) {
	for _, sample := range s.refused {
		s.refuses(sample.Name, reflect.TypeOf(sample.Value), "")
	}
	s.refuses("no type", nil, "")
	for _, t := range []reflect.Type{
		reflect.TypeFor[chan int](),
		reflect.TypeFor[func()](),
		reflect.TypeFor[unsafe.Pointer](),
		reflect.TypeFor[sync.Mutex](),
		reflect.TypeFor[*sync.WaitGroup](),
		reflect.TypeFor[[]chan int](),
		reflect.TypeFor[map[string]func()](),
		reflect.TypeFor[secret](),
	} {
		s.refuses(t.String(), t, "")
	}
	for _, t := range []reflect.Type{
		reflect.TypeFor[holdsChan](),
		reflect.TypeFor[holdsFunc](),
		reflect.TypeFor[holdsUnsafe](),
		reflect.TypeFor[holdsAddress](),
		reflect.TypeFor[*holdsMutex](),
		reflect.TypeFor[holdsAtomic](),
		reflect.TypeFor[holdsSecret](),
		reflect.TypeFor[holdsDeep](),
	} {
		s.refuses(t.String(), t, "Trouble")
	}
}

// refuses reports Check where it accepts t, or refuses it without naming the
// field.
func (s *suite) refuses(name string, t reflect.Type, field string) {
	var err error
	s.mustFail("Check of "+name, func() error {
		err = s.codec.Check(t)
		return err
	})
	if err == nil {
		return
	}
	var u *codec.Unsupported
	if !errors.As(err, &u) {
		s.report("Check of %s: the error is no *codec.Unsupported: %v", name, err)
		return
	}
	if field != "" && !s.opts.OnlySamples && !strings.Contains(u.Path, field) {
		s.report("Check of %s: the path %q does not name the field %s", name, u.Path, field)
	}
}
