package codectest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/tenon-dev/tenon/core/codec"
)

// maxReports is how many breaches of one sentence are told: one cause tends to
// show in many samples.
const maxReports = 10

// A suite is what one case works with.
type suite struct {
	codec   codec.Codec
	opts    Options
	samples []Sample // that the codec must carry
	refused []Sample // that its Check must refuse
	reports []error
}

func newSuite(c codec.Codec, opts Options) *suite {
	if opts.Equal == nil {
		opts.Equal = equality{omitsZero: opts.OmitsZero}.same
	}
	return &suite{codec: c, opts: opts}
}

func (s *suite) report(format string, args ...any) {
	if len(s.reports) < maxReports {
		s.reports = append(s.reports, fmt.Errorf(format, args...))
	}
}

func (s *suite) err() error { return errors.Join(s.reports...) }

// another returns a codec that has not seen what the one under test has seen.
func (s *suite) another() codec.Codec {
	if s.opts.New == nil {
		return s.codec
	}
	return s.opts.New()
}

func (s *suite) pickSamples() error {
	refuses := slices.Clone(s.opts.Refuses)
	if !s.opts.OnlySamples {
		for _, sample := range standardSamples() {
			if i := slices.Index(refuses, sample.Name); i >= 0 {
				refuses = slices.Delete(refuses, i, i+1)
				s.refused = append(s.refused, sample)
				continue
			}
			s.samples = append(s.samples, sample)
		}
	}
	if len(refuses) > 0 {
		return fmt.Errorf("Options.Refuses names %q, which are no samples of the suite", refuses)
	}
	s.samples = append(s.samples, s.opts.Samples...)
	if len(s.samples) == 0 {
		return errors.New("there are no samples to test with: fill Options.Samples")
	}
	return nil
}

// encode appends v to nothing, and reports what goes wrong.
func (s *suite) encode(c codec.Codec, name string, v any) ([]byte, bool) {
	var b []byte
	err := guard(func() (err error) {
		b, err = c.Append(nil, v)
		return err
	})
	if err != nil {
		s.report("%s: Append: %v", name, err)
		return nil, false
	}
	return b, true
}

// decode decodes b into a new value of v's type, and reports what goes wrong.
func (s *suite) decode(c codec.Codec, name string, b []byte, v any) (any, bool) {
	p := newLike(v)
	if err := guard(func() error { return c.Decode(b, p) }); err != nil {
		s.report("%s: Decode: %v", name, err)
		return nil, false
	}
	return reflect.ValueOf(p).Elem().Interface(), true
}

// same reports want and got where they differ.
func (s *suite) same(name string, want, got any) bool {
	if s.opts.Equal(want, got) {
		return true
	}
	s.report("%s: arrived as %s, sent was %s", name, show(got), show(want))
	return false
}

// mustFail reports a call that panics or returns no error.
func (s *suite) mustFail(name string, f func() error) {
	err := guard(f)
	switch err.(type) {
	case nil:
		s.report("%s: no error", name)
	case panicError:
		s.report("%s: %v", name, err)
	}
}

// mustNotPanic reports a call that panics, and returns its error.
func (s *suite) mustNotPanic(name string, f func() error) error {
	err := guard(f)
	if _, ok := err.(panicError); ok {
		s.report("%s: %v", name, err)
	}
	return err
}

// newLike returns a pointer to a new zero value of v's type.
func newLike(v any) any { return reflect.New(reflect.TypeOf(v)).Interface() }

// pointerTo returns a pointer to a copy of v.
func pointerTo(v any) any {
	p := reflect.New(reflect.TypeOf(v))
	p.Elem().Set(reflect.ValueOf(v))
	return p.Interface()
}

func show(v any) string {
	text := fmt.Sprintf("%+v", v)
	if len(text) > 200 {
		text = text[:200] + "..."
	}
	return fmt.Sprintf("%T(%s)", v, text)
}
