package rpc

import "strings"

// A typeChange is where two types are compared.
type typeChange struct {
	service, method string
	what            string // for people: "the result"
	path            string // of the field, ".Entry.Key"
	sent            bool   // by the callers; else they get it
}

// longestPath is how much is told of the way to a field, its end: a plugin names the fields,
// and each that changed has its own text.
const longestPath = 500

func (at typeChange) field(name string) typeChange {
	return at.part("." + name)
}

func (at typeChange) part(of string) typeChange {
	at.path += of
	if cut := len(at.path) - longestPath; cut > 0 {
		at.path = "…" + strings.ToValidUTF8(at.path[cut:], "")
	}
	return at
}

func (at typeChange) String() string { return at.what + at.path }

// types compares what crosses at one place.
func (d *difference) types(at typeChange, old, next *Type) {
	switch {
	case old == nil && next == nil:
	case old == nil && at.sent:
		d.breaks(at.service, at.method, "%v is new: %v", at, next)
	case old == nil:
		d.add(at.service, at.method, "%v: %v", at, next)
	case next == nil:
		d.breaks(at.service, at.method, "%v is gone: it was %v", at, old)
	default:
		d.sameKind(at, old, next)
	}
}

func (d *difference) sameKind(at typeChange, old, next *Type) {
	changed := func() { d.breaks(at.service, at.method, "%v changed from %v to %v", at, old, next) }
	if old.Kind != next.Kind || old.Len != next.Len || !holds(at.sent, old.Bits, next.Bits) {
		changed()
		return
	}
	if !at.sent && next.Optional && !old.Optional {
		d.breaks(at.service, at.method, "%v may be absent now", at)
	}
	switch old.Kind {
	case "opaque", "text": // its name is all there is to compare
		if old.Name != next.Name {
			changed()
		}
	case "list":
		d.inner(at.part("[]"), old.Elem, next.Elem)
	case "map":
		d.inner(at.part("[key]"), old.Key, next.Key)
		d.inner(at.part("[]"), old.Elem, next.Elem)
	case "struct":
		d.fields(at, old, next)
	}
}

// inner compares parts that a catalogue of another make may leave out.
func (d *difference) inner(at typeChange, old, next *Type) {
	if old != nil && next != nil {
		d.sameKind(at, old, next)
	}
}

// fields compares structs, of which one that stands inside itself has none.
func (d *difference) fields(at typeChange, old, next *Type) {
	if old.Again || next.Again {
		if old.Again != next.Again || old.Name != next.Name {
			d.breaks(at.service, at.method, "%v changed from %v to %v", at, old, next)
		}
		return
	}
	known := map[string]*Type{}
	for _, f := range next.Fields {
		known[f.Name] = f.Type
	}
	for _, f := range old.Fields {
		if t := known[f.Name]; t != nil {
			d.inner(at.field(f.Name), f.Type, t)
		} else {
			d.breaks(at.service, at.method, "%v is gone: it was %v", at.field(f.Name), f.Type)
		}
		delete(known, f.Name)
	}
	for _, f := range next.Fields {
		if t := known[f.Name]; t != nil {
			d.add(at.service, at.method, "%v: %v", at.field(f.Name), t)
		}
	}
}

// holds reports whether numbers of so many bits still pass: the one who gets them
// must have room. 0 is a number whose size is not said.
func holds(sent bool, old, next int) bool {
	if sent {
		return next >= old
	}
	return next <= old
}
