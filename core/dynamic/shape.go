package dynamic

import (
	"fmt"
	"reflect"
	"sync"
)

// A shape is how a func's arguments and results cross. What can be encoded stands
// in one value each way: none is nothing, one is itself, several are a struct with
// a field for each. Live values stand in the table of references, in the order of
// the parameters. A result that is a sequence makes the method a streaming one:
// its stream takes the place after the live arguments, but where exactly one
// argument is a sequence too, both go over that argument's stream.
type shape struct {
	context  bool // the first argument is a context
	err      bool // the last result is an error
	variadic bool

	params  []param // without the context
	results []param // without the error
	args    group   // the plain params
	reply   group   // the plain results

	sequences int    // how many params are sequences
	live      int    // how many params are not plain
	liveOut   int    // how many results are not plain, without the stream
	stream    *param // the result that is a sequence
}

// A param is one argument or result.
type param struct {
	typ    reflect.Type
	kind   kind
	place  int              // in the group of plain ones, or in the table of references
	both   bool             // of the stream: it is shared with the param that is a sequence
	set    func() methodSet // of callbacks and objects
	result bool
}

// shape returns how a func type crosses, skipping so many arguments at the front
// (a method's receiver). names are those of the plain arguments, where the other
// side has given some. d is the direction of the arguments.
func (c *checker) shape(t reflect.Type, skip int, names []string, d direction) (*shape, error) {
	s := &shape{variadic: t.IsVariadic()}
	first, last := skip, t.NumOut()
	if first < t.NumIn() && t.In(first) == contextType {
		s.context = true
		first++
	}
	if last > 0 && t.Out(last-1) == errorType {
		s.err = true
		last--
	}
	var args, results []reflect.Type
	for i := first; i < t.NumIn(); i++ {
		p, err := c.param(t.In(i), d, false)
		if err != nil {
			return nil, fmt.Errorf("argument %d: %w", i-skip+1, err)
		}
		switch p.kind {
		case plain:
			p.place = len(args)
			args = append(args, p.typ)
		case sequence:
			s.sequences++
			fallthrough
		default:
			p.place = s.live
			s.live++
		}
		s.params = append(s.params, p)
	}
	for i := range last {
		p, err := c.param(t.Out(i), !d, true)
		if err != nil {
			return nil, fmt.Errorf("result %d: %w", i+1, err)
		}
		switch p.kind {
		case plain:
			p.place = len(results)
			results = append(results, p.typ)
		case sequence:
			if last > 1 {
				return nil, fmt.Errorf("result %d: a sequence must be the only result, but for an error", i+1)
			}
			s.streamed(&p)
		default:
			p.place = s.liveOut
			s.liveOut++
		}
		s.results = append(s.results, p)
	}
	var err error
	if s.args, err = pack(args, "a", names); err != nil {
		return nil, err
	}
	s.reply, err = pack(results, "r", nil)
	return s, err
}

// streamed makes p, a result, the stream of the method.
func (s *shape) streamed(p *param) {
	s.stream = p
	p.place = s.live
	if s.sequences != 1 {
		return
	}
	for _, arg := range s.params {
		if arg.kind == sequence {
			p.place, p.both = arg.place, true
		}
	}
}

func (c *checker) param(t reflect.Type, d direction, result bool) (param, error) {
	p := param{typ: t, kind: kindOf(t), result: result}
	if err := c.value(t, p.kind, d, result); err != nil {
		return param{}, err
	}
	if p.kind == callback || p.kind == object {
		p.set = sync.OnceValue(func() methodSet { return methodsOf(t, d) })
	}
	return p, nil
}

// plainOnly reports whether all of it is encoded.
func (s *shape) plainOnly() bool { return s.live+s.liveOut == 0 && s.stream == nil }

// mayFail returns an error for a func that has no place for an error, although it
// calls another process.
func (s *shape) mayFail(t reflect.Type) error {
	if s.err || s.stream != nil {
		return nil
	}
	return fmt.Errorf("a %v must return an error last: a call to another process can always fail", t)
}

// describe returns what the catalogue says of the live values.
func (s *shape) describe() (args, results []string) {
	for _, p := range s.params {
		if p.kind != plain && (p.kind != sequence || s.sequences > 1) {
			args = append(args, p.kind.String())
		}
	}
	for _, p := range s.results {
		if p.kind != plain && p.kind != sequence {
			results = append(results, p.kind.String())
		}
	}
	return args, results
}
