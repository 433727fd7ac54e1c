package codectest

import (
	"fmt"
	"testing"

	"github.com/tenon-dev/tenon/core/codec"
)

// Options describe the codec under test. The zero value is right for a codec
// that carries every sample of the suite.
type Options struct {
	// New makes another codec that is set up as the one under test.
	// Default: the one under test is used where another is called for.
	New func() codec.Codec
	// Samples are values that must cross, beside those of the suite. A codec
	// with a case of its own for some type names it here.
	// Default: the suite's only.
	Samples []Sample
	// OnlySamples leaves the suite's own samples out, for a codec that carries
	// messages of its own kind and no other Go values. Cases that need Go structs
	// are left out with them.
	// Default: false.
	OnlySamples bool
	// Refuses names those of the suite's samples whose types the codec cannot
	// carry. Its Check must refuse each of them.
	// Default: none.
	Refuses []string
	// Unframed says that an encoding has no end of its own, as with protobuf: a
	// part of a message, two messages in a row, and no bytes at all can each be a
	// message.
	// Default: false.
	Unframed bool
	// OmitsZero says that a pointer to a zero value arrives as nil, as with gob.
	// Default: false.
	OmitsZero bool
	// AcceptsMore says that Decode accepts values that Append refuses, as CBOR has
	// times beyond the year 9999 as numbers and not as text. It matters to [Fuzz].
	// Default: false.
	AcceptsMore bool
	// Equal reports whether two values of a sample's type are the same.
	// Default: they are deeply equal, where nil and empty slices and maps are the
	// same, times are compared as instants, and NaN equals NaN.
	Equal func(want, got any) bool
	// Hostile are inputs made to harm this codec, each of which must be refused
	// without a panic and without much memory.
	// Default: none beside those that the suite makes by damaging good messages.
	Hostile []Hostile
	// Skip leaves cases out, with a reason that the test log shows.
	// Default: none.
	Skip []Skip
}

// A Sample is a value that must cross unchanged.
type Sample struct {
	Name  string // of the subject, such as "map of structs"
	Value any    // not nil; what is decoded into is a new value of its type
}

// A Hostile is an input made to harm.
type Hostile struct {
	Name string
	Src  []byte
	Into func() any // makes the pointer to decode into
}

// A Skip leaves one case out.
type Skip struct {
	Case   Case
	Reason string // completes the sentence "this codec need not, since"
}

// Run runs every case against c, each as a subtest named after its [Case].
func Run(t *testing.T, c codec.Codec, opts Options) {
	t.Helper()
	for _, cs := range cases {
		t.Run(string(cs.name), func(t *testing.T) {
			if reason, ok := opts.skips(cs.name); ok {
				t.Skipf("left out: %s", reason)
			}
			if err := runCase(cs, c, opts); err != nil {
				t.Errorf("%v\n%s", cs.sentence, err)
			}
		})
	}
}

func (o Options) skips(name Case) (string, bool) {
	for _, s := range o.Skip {
		if s.Case == name {
			return s.Reason, true
		}
	}
	return "", false
}

// runCase returns how c breaks the case's sentence, or nil. A panic breaks every
// sentence.
func runCase(cs testCase, c codec.Codec, opts Options) error {
	s := newSuite(c, opts)
	if err := s.pickSamples(); err != nil {
		return err
	}
	err := guard(func() error {
		cs.run(s)
		return nil
	})
	if err != nil {
		s.report("%v", err)
	}
	return s.err()
}

// guard calls f and turns a panic into a panicError.
func guard(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = panicError{p}
		}
	}()
	return f()
}

type panicError struct{ value any }

func (e panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }
