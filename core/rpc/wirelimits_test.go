package rpc

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/transport"
)

// repeated returns a text of many elements, in about 8 MiB.
func repeated(before, element, after string) []byte {
	n := (8 << 20) / (len(element) + 1)
	return []byte(before + strings.Repeat(element+",", n) + element + after)
}

// allocated returns how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// What the engine reads itself takes no more memory than it has bytes, whatever it has of
// elements, and the error names the limit.
func TestMessagesOfTheEngineAreBounded(t *testing.T) {
	asError := func(src []byte) error { return parseError(src, nil) }
	asReply := func(src []byte) error { return newRootCodec().Decode(src, new(dispenseReply)) }
	asRequest := func(src []byte) error { return newRootCodec().Decode(src, new(dispenseRequest)) }
	asCatalogue := func(src []byte) error { return newRootCodec().Decode(src, new(Catalogue)) }
	methods := func(n int) string { return strings.Repeat(`{},`, n) + `{}` }
	for name, c := range map[string]struct {
		src  []byte
		read func([]byte) error
		over string
	}{
		"methods":            {repeated(`{"methods":[`, `{}`, `]}`), asReply, "DispenseReply"},
		"params":             {repeated(`{"methods":[{"params":[`, `""`, `]}]}`), asReply, "DispenseReply"},
		"a few methods less": {[]byte(`{"methods":[` + methods(4096) + `]}`), asReply, "Methods"},
		"a few params less":  {[]byte(`{"methods":[{"params":["` + strings.Repeat(`","`, 256) + `"]}]}`), asReply, "Params"},
		"codecs":             {repeated(`{"codecs":[`, `""`, `]}`), asRequest, "Codecs"},
		"a few codecs less":  {[]byte(`{"codecs":["` + strings.Repeat(`","`, 64) + `"]}`), asRequest, "Codecs"},
		"service":            {[]byte(`{"service":"` + strings.Repeat("x", 1025) + `"}`), asRequest, "Name"},
		"unknown members":    {repeated(`{"more":[`, `0`, `]}`), asRequest, "Elements"},
		"names":              {repeated(`{"code":"unknown","is":[`, `""`, `]}`), asError, "Error"},
		"text":               {[]byte(`{"code":"unknown","message":"` + strings.Repeat("x", 70_000) + `"}`), asError, "Text"},
		"details":            {details(257), asError, "Details"},
		"services":           {repeated(`{"services":[`, `{}`, `]}`), asCatalogue, "MaxElements"},
	} {
		t.Run(name, func(t *testing.T) {
			var err error
			grown := allocated(func() { err = c.read(c.src) })
			var over *codec.LimitError
			if !errors.As(err, &over) || over.Limit != c.over {
				t.Errorf("got %v, and not the limit %s", err, c.over)
			}
			if e := (*Error)(nil); errors.As(err, &e) && (e.Code != ResourceExhausted || e.Details["limit"] != c.over) {
				t.Errorf("got %v, %v", err, e.Details)
			}
			if most := uint64(len(c.src) + 1<<20); grown > most {
				t.Errorf("%d bytes took %d", len(c.src), grown)
			}
		})
	}
}

func details(n int) []byte {
	var b strings.Builder
	b.WriteString(`{"code":"unknown","details":{"":""`)
	for i := range n - 1 {
		fmt.Fprintf(&b, `,"%d":""`, i)
	}
	return []byte(b.String() + `}}`)
}

// What is just within the limits is read as before.
func TestMessagesWithinTheLimits(t *testing.T) {
	if e := parseError(details(256), nil); len(e.Details) != 256 || e.Code != Unknown {
		t.Errorf("got %v with %d details", e, len(e.Details))
	}
	var reply dispenseReply
	src := `{"methods":[` + strings.Repeat(`{"name":"a","params":["b","c"]},`, 4095) + `{}]}`
	if err := newRootCodec().Decode([]byte(src), &reply); err != nil || len(reply.Methods) != 4096 {
		t.Errorf("%d methods, %v", len(reply.Methods), err)
	}
	var request dispenseRequest
	config := strings.Repeat("AAAA", 1<<20)
	if err := newRootCodec().Decode([]byte(`{"config":"`+config+`"}`), &request); err != nil || len(request.Config) != 3<<20 {
		t.Errorf("a configuration of %d bytes, %v", len(request.Config), err)
	}
	many := Errorf(Aborted, "x")
	for i := range 300 {
		many = many.WithDetail(fmt.Sprint(i), "")
	}
	if e, _ := cross(t, many, nil, nil); e.Code != Aborted || !strings.Contains(e.Details["details"], "left out") {
		t.Errorf("300 details arrive as %v, %v", e, e.Details)
	}
}

// A table of references is read to its end, and has no more names than may be.
func TestMethodsOfReferencesAreBounded(t *testing.T) {
	object := func(methods int, name string) reference {
		r := reference{kind: refObject, id: 1}
		for range methods {
			r.methods = append(r.methods, name)
		}
		return r
	}
	times := func(n int, r reference) (refs []reference) {
		for range n {
			refs = append(refs, r)
		}
		return refs
	}
	for name, c := range map[string]struct {
		refs []reference
		over string
	}{
		"within":         {times(4, object(4096, "Call")), ""},
		"one object":     {times(1, object(4097, "")), "Methods"},
		"all objects":    {times(5, object(4096, "")), "Methods"},
		"nameless":       {times(64, object(65_000, "")), "Methods"},
		"long names":     {times(2, object(1, strings.Repeat("x", 1<<19+1))), "MethodNames"},
		"long but alone": {times(1, object(1, strings.Repeat("x", 1<<20))), ""},
	} {
		t.Run(name, func(t *testing.T) {
			src := append(appendReferences(nil, c.refs), "rest"...)
			var refs []reference
			var rest []byte
			var err error
			grown := allocated(func() { refs, rest, err = parseReferences(src) })
			var over *codec.LimitError
			if errors.As(err, &over); c.over == "" && err != nil || c.over != "" && (over == nil || over.Limit != c.over) {
				t.Errorf("got %v, want %q", err, c.over)
			}
			if len(refs) != len(c.refs) || string(rest) != "rest" || grown > 3<<20 {
				t.Errorf("%d references, %q follows, %d bytes were allocated", len(refs), rest, grown)
			}
		})
	}
}

// A call with too many methods fails alone, and what it passed is given back.
func TestCallWithTooManyMethods(t *testing.T) {
	r := newRaw(t, Config{Side: transport.Plugin})
	lane := r.open(kindCalls)
	body, flags := appendCallHead(nil, rootObject, 0, nil, []reference{{kind: refObject, id: 7, methods: make([]string, 5000)}})
	r.write(lane, frameBytes(header{typ: frameCall, flags: flags, id: 1}, body))
	h, reply := r.next(lane)
	if e := parseError(reply, nil); h.flags&flagRefused == 0 || e.Details["limit"] != "Methods" || !errors.Is(e, ResourceExhausted) {
		t.Errorf("refused with %v, %v", e, e.Details)
	}
	if h, _ := r.next(r.control); h.typ != frameRelease {
		t.Errorf("a %v, and not the release of the object", h.typ)
	}
}
