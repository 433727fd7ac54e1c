package rpc

import (
	"fmt"
	"strings"
	"testing"
)

// A catalogue is what a plugin says, as long as its limits let it: comparing takes no more
// than looking at each entry, also where names come twice. (Each with each would take this
// test minutes.)
func TestCompareLarge(t *testing.T) {
	const many = 100_000
	var services, same []ServiceInfo
	var methods []MethodInfo
	var codecs []string
	for i := range many {
		name := fmt.Sprint("n", i)
		services = append(services, ServiceInfo{Name: name})
		methods = append(methods, MethodInfo{Name: name})
		same = append(same, ServiceInfo{Name: "same"})
		codecs = append(codecs, name)
	}
	for what, both := range map[string][2][]ServiceInfo{
		"services":           {services, services},
		"methods":            {{{Name: "s", Methods: methods}}, {{Name: "s", Methods: methods}}},
		"services of a name": {same, {{Name: "same", Methods: methods}}},
		"codecs":             {{{Name: "s", Codecs: codecs}}, {{Name: "s", Codecs: append([]string{"other"}, codecs...)[:many/2]}}},
	} {
		added := Compare(&Catalogue{Services: both[0]}, &Catalogue{Services: both[1]})
		if what == "services of a name" {
			if len(added) != many {
				t.Errorf("%s: %d changes", what, len(added))
			}
		} else if len(added) != 0 {
			t.Errorf("%s: %d changes, the first is %v", what, len(added), added[0])
		}
	}
}

// What changed is told in a text whose length does not grow with the names on the way.
func TestCompareLongNames(t *testing.T) {
	inner := &Type{Kind: "struct"}
	for i := range 1000 {
		inner.Fields = append(inner.Fields, Field{Name: fmt.Sprint("f", i), Type: &Type{Kind: "int"}})
	}
	of := func(inner *Type) *Catalogue {
		outer := &Type{Kind: "struct", Fields: []Field{{Name: strings.Repeat("ä", 50_000), Type: inner}}}
		return &Catalogue{Services: []ServiceInfo{{Name: "s", Methods: []MethodInfo{{Name: "m", Result: outer}}}}}
	}
	changes := Compare(of(inner), of(&Type{Kind: "struct"}))
	if len(changes) != 1000 {
		t.Fatalf("%d changes", len(changes))
	}
	for _, c := range changes {
		if len(c.What) > 2000 || !strings.Contains(c.What, "ä.f") {
			t.Fatalf("a text has %d bytes: %.100s", len(c.What), c.What)
		}
	}
}
