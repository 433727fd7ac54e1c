package rpc

import "slices"

// The kinds of live values, as the answer to a Dispense has them. A flow's reference does
// not say who writes on it, so that two sides with different versions of an interface could
// each wait for the other one; by these words the caller learns before it calls.
const (
	placeReader       = "reader"
	placeWriter       = "writer"
	placeDuplex       = "reader and writer"
	placeConn         = "connection"
	placeSeq          = "sequence" // the caller sends; of a result the callee does
	placeServerStream = string(KindServerStream)
	placeBidiStream   = string(KindBidiStream)
	placeObject       = "object" // and callbacks
)

// places are the live values of a method, as far as the side that has it tells: of each place
// its kind.
type places struct {
	Takes []string `json:"takes,omitempty"` // in the table of references of a call
	Gives []string `json:"gives,omitempty"` // and of a reply
}

// takes and gives are there for the nil of a peer that says nothing.
func (p *places) takes() []string {
	if p == nil {
		return nil
	}
	return p.Takes
}

func (p *places) gives() []string {
	if p == nil {
		return nil
	}
	return p.Gives
}

// describedPlaces is how many places of all methods of an object are described: far more
// than there are, and far fewer than an answer may have elements.
const describedPlaces = 1 << 13

// placeOf returns the kind that the catalogue's word for a live value stands for, "" for
// a word that it does not know: those of methods written by hand may be any.
func placeOf(word string) string {
	switch word {
	case placeReader, placeWriter, placeDuplex, placeConn, placeSeq, placeObject:
		return word
	case "callback":
		return placeObject
	case "channel":
		return placeSeq
	}
	return ""
}

func placesOf(words []string) []string {
	var places []string
	for _, w := range words {
		places = append(places, placeOf(w))
	}
	return places
}

// takes returns what the places of a call's table are, as far as the definition tells.
// The only sequence among the arguments is not listed in Live, whatever place it has.
func (m *MethodDefinition) takes() []string {
	live := placesOf(m.Live)
	switch {
	case m.Kind == KindUnary:
		return live
	case m.Kind == KindServerStream:
		return append(live, placeServerStream)
	case len(live) > 0:
		return nil
	case m.Kind == KindClientStream:
		return []string{placeSeq}
	}
	return []string{placeBidiStream}
}

// gives returns what the places of a reply's table are.
func (m *MethodDefinition) gives() []string { return placesOf(m.LiveResults) }

// places returns what a Dispense says of the method, or nil for nothing: also where that is
// too much. left is how much more may be said of the object's methods.
func (m *MethodDefinition) places(left *int) *places {
	p := places{m.takes(), m.gives()}
	n := len(p.Takes) + len(p.Gives)
	if n == 0 || n > *left || max(len(p.Takes), len(p.Gives)) > limitParams.Max {
		return nil
	}
	*left -= n
	return &p
}

// placeAt returns what stands at a place, or "" where the other side did not say, or said
// what this side does not know.
func placeAt(places []string, i int) string {
	if i >= len(places) {
		return ""
	}
	switch p := places[i]; p {
	case placeServerStream, placeBidiStream:
		return p
	default:
		return placeOf(p)
	}
}

// placeFits reports whether a live value can be used as another kind than it is: with all
// that the other kind can do.
func placeFits(is, as string) bool {
	switch is {
	case as:
		return true
	case placeDuplex:
		return as == placeReader || as == placeWriter
	case placeBidiStream:
		return as == placeServerStream // which reads nothing
	}
	return false
}

// fits reports whether the callee takes such a value at the next place. Where it does
// not, the call fails and is not made.
func (c *Call) fits(what string) bool {
	i := len(c.passing.table)
	want := placeAt(c.bound.live.takes(), i)
	if want == "" || placeFits(what, want) {
		return true
	}
	if c.passing.err == nil {
		c.passing.err = Errorf(InvalidArgument, "%s takes %s at place %d, and %s is passed: %s",
			called(c.b.service, c.method), article(want), i, article(what), versions)
	}
	return false
}

// takesStream reports whether the callee has said that the method is a streaming one.
func (m *boundMethod) takesStream() bool {
	return slices.ContainsFunc(m.live.takes(), func(p string) bool {
		return p == placeSeq || p == placeServerStream || p == placeBidiStream
	})
}

// versions is what an error says of sides that do not agree on a method.
const versions = "the two sides have different versions of the interface"

// article returns a kind of live value as it is spoken of.
func article(place string) string {
	switch place {
	case placeObject:
		return "an object"
	case placeServerStream:
		return "a stream of the callee"
	case placeBidiStream:
		return "a stream in both directions"
	}
	return "a " + place
}
