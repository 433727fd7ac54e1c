package gen

import "go/types"

// An iface is a set of methods that crosses: an interface, or a func, which is a
// set of the one method Call.
type iface struct {
	typ     types.Type
	name    string // as people call it: "Store", "io.Closer", "progress"
	prefix  string // of what is declared for it: "store", "storeWatcher"
	fn      bool
	root    bool // it was asked for by name, and can be dispensed
	doc     string
	methods []*method
	closes  bool       // it has the method Close of an io.Closer, which is not among methods
	config  types.Type // of a root; nil: none

	passed bool // it is an argument or a result somewhere: there is a service for it
}

// A method is how one method crosses; see the package dynamic of core, which does
// the same at run time.
type method struct {
	of     *iface
	name   string
	doc    string
	sig    *types.Signature
	ctx    bool   // takes a context first
	err    bool   // returns an error last
	quick  bool   // it is done within microseconds, and waits for nobody
	lost   string // what a lost connection gives where there is no error: "zero", "panic"
	ctxVar string

	params  []*value // without the context
	results []*value // without the error

	args, reply group
	sequences   int    // how many params are sequences
	live        int    // how many params are live, without a sink
	liveOut     int    // how many results are live, without a stream
	stream      *value // the result that is a sequence
	sink        *value // the param that is a channel to send to
	both        *value // the param that shares the stream
	place       int    // of the stream in the table of references
}

// A group is the plain arguments, or the plain results, of a method. One value
// crosses as it is, several in a struct.
type group struct {
	values []*value
	name   string // of the struct, "" where there is none
}

// A value is one argument or result.
type value struct {
	name     string // in the source, "" where it has none
	local    string // in generated code
	typ      types.Type
	kind     kind
	variadic bool
	place    int // in its group, or in the table of references

	item   types.Type // of a sequence or channel
	errors bool       // of a sequence: errors stand beside the values
	of     *iface     // of a callback or an object
}

// streaming reports whether the method is called by the stream that it answers
// with.
func (m *method) streaming() bool { return m.stream != nil }

// plainOnly reports whether all of it is encoded.
func (m *method) plainOnly() bool {
	return m.live+m.liveOut == 0 && m.stream == nil && m.sink == nil
}

// simpleStream reports whether all of it is encoded but for the sequence that it
// answers with.
func (m *method) simpleStream() bool { return m.stream != nil && m.live == 0 }
