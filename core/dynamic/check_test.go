package dynamic_test

import (
	"context"
	"io"
	"iter"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/rpc"
)

type (
	takesChannel   struct{}
	takesInterface struct{}
	takesNested    struct{}
	takesField     struct{}
	takesPairs     struct{}
	takesReaders   struct{}
	takesSeeker    struct{}
	takesMixed     struct{}
	takesInner     struct{}
	takesOuter     struct{}
	takesReaderAt  struct{}
	readsAt        struct{}
	reads          struct{}
	takesPointer   struct{}
	givesFunc      struct{}
	givesTwo       struct{}
	givesHidden    struct{}
	takesLate      struct{}
	takesValue     struct{}
	failsSilently  struct{}
)

type mixed struct {
	Name  string
	Heard func() error
}

// inner and outer have funcs that are not their own.
type (
	heardFuncs struct{ Heard func() error }

	inner struct {
		heardFuncs
		Seen func() error
	}
	outer struct {
		*heardFuncs
		Seen func() error
	}
)

type hidden interface{ secret() }

func (takesChannel) Run(int, chan int)                        {}
func (takesInterface) Run(heard)                              {}
func (takesNested) Run(map[string][]io.Reader)                {}
func (takesField) Run(struct{ In struct{ R io.ReadCloser } }) {}
func (takesPairs) Run(iter.Seq2[string, int])                 {}
func (takesReaders) Run(...io.Reader)                         {}
func (takesSeeker) Run() (io.ReadSeeker, error)               { return nil, nil }
func (takesMixed) Run(*mixed)                                 {}
func (takesInner) Run(*inner)                                 {}
func (takesOuter) Run() (*outer, error)                       { return nil, nil }
func (takesReaderAt) Run() (io.ReaderAt, error)               { return nil, nil }
func (readsAt) ReadAt([]byte, int64) (int, error)             { return 0, nil }
func (reads) Read([]byte) (int, error)                        { return 0, nil }
func (takesPointer) Run(*io.Reader)                           {}
func (givesFunc) Run() func() error                           { return nil }
func (givesTwo) Run() (int, iter.Seq[int])                    { return 0, nil }
func (givesHidden) Run() hidden                               { return nil }
func (takesLate) Run(int, context.Context)                    {}
func (takesValue) Run(struct{ Heard func() error })           {}
func (failsSilently) Run(*struct{ Heard func(text string) })  {}

func TestTypesThatCannotCross(t *testing.T) {
	for _, c := range []struct {
		value any
		want  []string
	}{
		{takesChannel{}, []string{"takesChannel", "method Run: argument 2", "chan int", "use an iter.Seq2[int, error]"}},
		{takesInterface{}, []string{"argument 1", "heard", "use a pointer to a struct of funcs"}},
		{takesNested{}, []string{"map[string][]io.Reader", "io.Reader is a reader, which can only cross as an argument or a result by itself"}},
		{takesField{}, []string{"io.ReadCloser is a reader"}},
		{takesPairs{}, []string{"sequence of pairs"}},
		{takesReaders{}, []string{"[]io.Reader", "is a reader"}},
		{takesSeeker{}, []string{"result 1", "more than an io.Reader"}},
		{takesReaderAt{}, []string{"result 1", "ReadAt", "fills a slice of its caller's", "return the bytes"}},
		{readsAt{}, []string{"ReadAt", "fills a slice of its caller's", "return the bytes"}},
		{reads{}, []string{"Read", "fills a slice of its caller's", "return an io.Reader"}},
		{takesPointer{}, []string{"argument 1", "*io.Reader", "is a reader"}},
		{takesMixed{}, []string{"field Name, a string, which would be left behind"}},
		{takesInner{}, []string{"embedded heardFuncs", "would be left behind", "declare them in the struct itself"}},
		{takesOuter{}, []string{"result 1", "embedded heardFuncs", "declare them in the struct itself"}},
		{givesFunc{}, []string{"result 1", "cannot be a result"}},
		{givesTwo{}, []string{"result 2", "must be the only result"}},
		{givesHidden{}, []string{"secret, which is not exported"}},
		{takesLate{}, []string{"argument 2", "a context can only be the first argument"}},
		{takesValue{}, []string{"pass a pointer to it"}},
		{failsSilently{}, []string{"field Heard", "must return an error last"}},
	} {
		err := dynamic.Service(c.value).Err()
		if err == nil {
			t.Errorf("%T was accepted", c.value)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%T: %v\ndoes not say %q", c.value, err, want)
			}
		}
	}
}

func TestFieldsThatCannotBeBound(t *testing.T) {
	l, _, _ := bindFiles(t)
	for name, c := range map[string]struct {
		target any
		want   string
	}{
		"no error": {&struct{ Size func(io.Reader) int64 }{}, "must return an error last"},
		"no place for one": {&struct {
			Numbers func(int) (iter.Seq[int], error)
		}{}, "use an iter.Seq2[int, error]"},
		"an interface": {&struct {
			Cursor func(string) (cursorAPI, error)
		}{}, "use a pointer to a struct of funcs"},
		"a channel": {&struct {
			Sum func(int, chan int) (int, error)
		}{}, "is a channel"},
	} {
		if err := dynamic.Bind(t.Context(), l.host, "files", c.target); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if err := dynamic.Call(t.Context(), l.host, "files.Size", nil, strings.NewReader("x")); err == nil {
		t.Error("a reader by Call: it was accepted")
	}
	l.nothingLeft(t, 1)
}

// recursive objects are no trouble: a directory that opens directories.
type dir interface {
	Open(name string) (dir, error)
	Name() string
}

type folder string

func (f folder) Open(name string) (dir, error) { return f + "/" + folder(name), nil }
func (f folder) Name() string                  { return string(f) }

type dirFuncs struct {
	dynamic.Ref
	Open func(name string) (*dirFuncs, error)
	Name func() (string, error)
}

func TestRecursiveObjects(t *testing.T) {
	l := connect(t, nil, map[string]*rpc.Service{"dir": dynamic.Service(folder("root"))})
	var d dirFuncs
	if err := dynamic.Bind(t.Context(), l.host, "dir", &d); err != nil {
		t.Fatal(err)
	}
	at := &d
	for _, name := range []string{"usr", "bin"} {
		next, err := at.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		at = next
	}
	if name, err := at.Name(); err != nil || name != "root/usr/bin" {
		t.Errorf("got %q, %v", name, err)
	}
	l.nothingLeft(t, 1)
}

func TestCatalogue(t *testing.T) {
	c := rpc.Describe(map[string]*rpc.Service{"files": dynamic.Service(&files{})}, "", []codec.Codec{jsoncodec.New()})
	got := map[string]string{}
	for _, m := range c.Services[0].Methods {
		got[m.Name] = m.String() + string(" "+m.Kind)
	}
	for name, want := range map[string]string{
		"Size":    "Size(reader) int ",
		"List":    "List(a0 string, a1 int) stream of entry server_stream",
		"Numbers": "Numbers(int) stream of int server_stream",
		"Sum":     "Sum(int, stream of int) int client_stream",
		"Double":  "Double(stream of int) stream of int bidi_stream",
		"Zip":     "Zip(sequence, sequence) stream of int server_stream",
		"Walk":    "Walk(callback, callback) ",
		"Watch":   "Watch(object) ",
		"Open":    "Open(string) int, reader ",
		"Cursor":  "Cursor(string) object ",
	} {
		if got[name] != want {
			t.Errorf("got  %q\nwant %q", got[name], want)
		}
	}
	if len(c.Services[0].Codecs) != 1 {
		t.Errorf("the codecs are %v", c.Services[0].Codecs)
	}
}
