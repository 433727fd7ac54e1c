package rpc

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/tenon-dev/tenon/core/codec"
)

// A Service is a set of methods that one side offers to the other, and the way
// to make the value behind them: anew for every Dispense, with the configuration
// that came with it. A Service is immutable and may be served by many peers.
//
// Services are made by generated code, by [NewService], by the package dynamic,
// or from a [Definition].
type Service struct {
	def     Definition
	methods map[string]int
	sizes   []sizeHint // of the results, by method
	err     error
}

// A Definition describes a [Service] to [Define]. It is what the other ways of
// making one build on.
type Definition struct {
	Interface string             // the Go interface, or another name of the set of methods, for people
	Doc       string             // a sentence or more, for people
	Config    reflect.Type       // of the configuration; nil or struct{}: there is none
	Methods   []MethodDefinition // in the order in which the catalogue lists them
	Errors    Errors             // further errors that keep their identity across the link

	// New makes the value behind one object. It calls decode at most once, with a
	// pointer to a Config. ctx ends with the Dispense. If the value is an
	// io.Closer it is closed when the object is released or the session ends.
	New func(ctx context.Context, decode func(config any) error) (any, error)
}

// A MethodDefinition describes one method to [Define].
type MethodDefinition struct {
	Name   string
	Doc    string
	Params []string     // names of the arguments, where Args is a struct made of them; nil where Args is the one argument itself
	Names  []string     // what the source calls the arguments that are encoded, for people; nil where that is not known
	Kind   Kind         // unary, or the kind of a streaming method
	Args   reflect.Type // what crosses to the callee; nil or struct{}: nothing
	Result reflect.Type // what crosses back; nil or struct{}: nothing
	Item   reflect.Type // of a streaming method: the values of the stream, those of the caller where both send
	Down   reflect.Type // of a method in which both send: the callee's values

	// Live names the live values that travel beside Args, in the order of their
	// places in the table of references, and LiveResults those beside Result:
	// "reader", "writer", "callback" and so on. They are for people.
	Live, LiveResults []string

	// Quick says that Serve is done within microseconds, and calls nobody back: it
	// computes, or reads memory, and waits for no lock that is held for long. Then it
	// runs where calls are read, which saves a change of goroutine. No other call is
	// read meanwhile. One that lasts for milliseconds after all delays others for no more
	// than about three, or 32 where calls come thick, and the method's next calls run like
	// others.
	// Streaming methods cannot be quick.
	Quick bool

	// Passes are further types whose values cross because of the method: the
	// arguments and results of its callbacks, for example.
	Passes []reflect.Type

	// Serve decodes the arguments, calls impl, and replies, each at most once. An
	// error it returns is the call's.
	Serve func(ctx context.Context, impl any, call *Incoming) error
}

// Define makes a [Service]. What is wrong with def is found out when the service
// is about to be served, so that services can be package-level values; Err tells
// it earlier.
func Define(def Definition) *Service {
	s := &Service{def: def, methods: make(map[string]int, len(def.Methods)), sizes: make([]sizeHint, len(def.Methods))}
	s.def.Methods = append([]MethodDefinition(nil), def.Methods...)
	switch {
	case def.New == nil:
		s.err = fmt.Errorf("rpc: service %s has no New", def.Interface)
	case len(def.Methods) > limitMethods.Max:
		s.err = fmt.Errorf("rpc: service %s has %d methods: %d are the most", def.Interface, len(def.Methods), limitMethods.Max)
	}
	for i, m := range def.Methods {
		_, twice := s.methods[m.Name]
		switch {
		case s.err != nil:
		case m.Name == "":
			s.err = fmt.Errorf("rpc: service %s: method %d has no name", def.Interface, i)
		case twice:
			s.err = fmt.Errorf("rpc: service %s has two methods %s", def.Interface, m.Name)
		case m.Quick && m.Kind != KindUnary:
			s.err = fmt.Errorf("rpc: service %s: the streaming method %s cannot be quick", def.Interface, m.Name)
		case m.Serve == nil:
			s.err = fmt.Errorf("rpc: service %s: method %s has no Serve", def.Interface, m.Name)
		}
		s.methods[m.Name] = i
	}
	return s
}

// Quick returns s with some of its methods declared quick, as
// [MethodDefinition.Quick] says; without names, all that are not streaming. A name
// that is no method's, or a streaming method's, is an error that serving the service
// tells.
func (s *Service) Quick(methods ...string) *Service {
	if s.err != nil {
		return s
	}
	def := s.def
	def.Methods = slices.Clone(def.Methods)
	for i, m := range def.Methods {
		if slices.Contains(methods, m.Name) || len(methods) == 0 && m.Kind == KindUnary {
			def.Methods[i].Quick = true
		}
	}
	quick := Define(def)
	for _, name := range methods {
		if _, ok := s.methods[name]; !ok && quick.err == nil {
			quick.err = fmt.Errorf("rpc: service %s: there is no method %s to declare quick", def.Interface, name)
		}
	}
	return quick
}

// Invalid returns a service that cannot be served, because of err. Packages that
// make services from values of the user's give it back instead of a panic.
func Invalid(err error) *Service { return &Service{err: err} }

// Err reports what is wrong with the definition, or nil.
func (s *Service) Err() error { return s.err }

// Check reports why values of one of the service's types cannot cross in c.
func (s *Service) Check(c codec.Codec) error {
	if err := checkType(c, s.def.Config); err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	for _, m := range s.def.Methods {
		if err := checkType(c, m.Args); err != nil {
			return fmt.Errorf("%s: arguments: %w", m.Name, err)
		}
		if err := checkType(c, m.Result); err != nil {
			return fmt.Errorf("%s: result: %w", m.Name, err)
		}
		for _, t := range []reflect.Type{m.Item, m.Down} {
			if err := checkType(c, t); err != nil {
				return fmt.Errorf("%s: stream: %w", m.Name, err)
			}
		}
		for _, t := range m.Passes {
			if err := checkType(c, t); err != nil {
				return fmt.Errorf("%s: live value: %w", m.Name, err)
			}
		}
	}
	return nil
}

// Kind says how the values of a method travel. Its text is part of the catalogue.
type Kind string

// The kinds of methods.
const (
	KindUnary        Kind = "" // one value each way
	KindServerStream Kind = "server_stream"
	KindClientStream Kind = "client_stream"
	KindBidiStream   Kind = "bidi_stream"
)

// nothing is the type of which a value takes no bytes, whatever the codec.
var nothing = reflect.TypeFor[struct{}]()

func checkType(c codec.Codec, t reflect.Type) error {
	if t == nil || t == nothing {
		return nil
	}
	return c.Check(t)
}
