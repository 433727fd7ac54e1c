package rpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// SupportsGeneratedCode1 is there as long as this engine carries code that was
// generated for its first generation of helpers. Generated files refer to it: where
// it is undefined, the generator and core are of different releases, and the code
// is to be generated again.
const SupportsGeneratedCode1 = true

// A Dispenser gives objects of services: a *tenon.Client, a *tenon.Host, or a
// [Peer].
type Dispenser interface {
	// Dispense asks the other side for an object; see [Peer.Dispense].
	Dispense(ctx context.Context, service string, config any, types ...reflect.Type) (*Object, error)
}

// DispenseAs dispenses an object to be called as s describes it: the codec passes
// all types of s, and an object that lacks one of its methods is an error with the
// code [Unimplemented].
func DispenseAs(ctx context.Context, from Dispenser, service string, config any, s *Service) (*Object, error) {
	if s.err != nil {
		return nil, s.err
	}
	o, err := from.Dispense(ctx, service, config, s.Types()...)
	if err != nil {
		return nil, err
	}
	if err := s.Fits(o); err != nil {
		o.Close()
		return nil, err
	}
	return o, nil
}

// Types returns the types of all values that cross because of s, but for its
// configuration.
func (s *Service) Types() []reflect.Type {
	var all []reflect.Type
	for _, m := range s.def.Methods {
		for _, t := range append([]reflect.Type{m.Args, m.Result, m.Item, m.Down}, m.Passes...) {
			if t != nil && t != nothing {
				all = append(all, t)
			}
		}
	}
	return all
}

// Fits returns an error with the code [Unimplemented] that names the methods of s
// which o lacks, one with [FailedPrecondition] where o has other names for arguments
// than they are sent with, and nil where it fits.
func (s *Service) Fits(o *Object) error {
	var lacks []string
	var other error
	for _, m := range s.def.Methods {
		params, ok := o.Params(m.Name)
		if !ok {
			lacks = append(lacks, m.Name)
		}
		// There may be more of them on either side, as in another release.
		n := min(len(params), len(m.Params))
		if other == nil && !slices.Equal(params[:n], m.Params[:n]) {
			other = Errorf(FailedPrecondition, "service %q calls the arguments of %s %s, and they are sent as %s: it has to use these names",
				o.Service(), m.Name, strings.Join(params, ", "), strings.Join(m.Params, ", "))
		}
	}
	if lacks == nil {
		return other
	}
	return Errorf(Unimplemented, "service %q is no %s: it lacks %s, and has %s: it may be another service, or of an older release",
		o.Service(), s.def.Interface, strings.Join(lacks, ", "), strings.Join(o.Methods(), ", "))
}

// Doc returns a service like s with a description for people.
func (s *Service) Doc(text string) *Service {
	documented := *s
	documented.def.Doc = text
	return &documented
}

// Names returns h with what its source calls the arguments that are encoded, for
// people and for tools that take arguments by name. On the wire arguments have no
// names but their places, so that they can be renamed.
func (h Handler[T]) Names(names ...string) Handler[T] {
	h.def.Names = names
	h.def.Params = nil
	if len(names) > 1 {
		for i := range names {
			h.def.Params = append(h.def.Params, "a"+strconv.Itoa(i))
		}
	}
	return h
}

// HandleLive serves a method that takes or gives live values: fn takes them from
// the call and replies. def describes the method; its Serve is not used. The
// arguments are decoded before fn is called where there are none.
func HandleLive[T any](def MethodDefinition, fn func(T, context.Context, *Incoming) error) Handler[T] {
	def.Serve = func(ctx context.Context, impl any, call *Incoming) error {
		if def.Args == nil {
			if err := call.Decode(nil); err != nil {
				return err
			}
		}
		return fn(impl.(T), ctx, call)
	}
	return Handler[T]{def}
}

// HandleClose serves the Close of an [io.Closer]. A value that the caller got as a
// result is closed once, whether by this or by its release.
func HandleClose[T io.Closer]() Handler[T] {
	return Handler[T]{MethodDefinition{
		Name: "Close",
		Serve: func(_ context.Context, impl any, call *Incoming) error {
			if err := call.Decode(nil); err != nil {
				return err
			}
			return call.object.close(impl.(io.Closer))
		},
	}}
}

// CloseObject closes a value that stands behind o, by its method Close where it has
// one, and releases it.
func CloseObject(o *Object) error {
	defer o.Close()
	if _, ok := o.Params("Close"); !ok {
		return nil
	}
	return o.Call(context.Background(), "Close", nil, nil)
}

// ObjectService describes values that are passed in calls, and not dispensed.
func ObjectService[T any](handlers ...Handler[T]) *Service {
	return NewService(func(context.Context, struct{}) (none T, _ error) {
		return none, errors.New("it is passed in calls, and not dispensed")
	}, handlers...)
}

// A Shared makes a service when it is asked for first, and keeps it: services may
// describe values that pass values of the same kind. Its zero value is ready to
// use. It may be used concurrently.
type Shared struct {
	once    sync.Once
	service *Service
}

// Make returns the service that make made first.
func (s *Shared) Make(make func() *Service) *Service {
	s.once.Do(func() { s.service = make() })
	return s.service
}

// A Failure keeps the first error of callbacks and sequences that have no place for
// one: it becomes that of the call which they were passed to. Its zero value is
// ready to use, by any number of goroutines.
type Failure struct {
	mu  sync.Mutex
	err error
}

// Note notes an error, unless there is one already.
func (f *Failure) Note(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.err = err
	}
}

// Err returns the error that was noted first, or nil.
func (f *Failure) Err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// close closes the value behind e: once, where it is the engine's to close.
func (e *exported) close(c io.Closer) error {
	if e.borrowed {
		return c.Close()
	}
	e.closing.Do(func() { e.closed = c.Close() })
	return e.closed
}

// misfit is the error of a value that came home as another type.
func misfit(have any, want reflect.Type) error {
	return Errorf(InvalidArgument, "a %s came home where a %v is expected", fmt.Sprintf("%T", have), want)
}
