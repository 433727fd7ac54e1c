package main

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// engineAttacks are what the engine reads by itself, before any codec looks at it: a
// megabyte of nothing but elements.
func engineAttacks() []attack {
	list := func(before, element, after string) []byte {
		n := (almost-len(before)-len(after))/len(element) - 1
		return []byte(before + strings.Repeat(element, n) + strings.TrimSuffix(element, ",") + after)
	}
	methods := bytes.Repeat(append(binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint64([]byte{1}, 1), 65_000), make([]byte, 4*65_000)...), 64)
	table := append([]byte{0, 64}, methods...)
	return []attack{
		{name: "dispensed-methods", only: "plugin", what: "an answer to a Dispense with 5 million methods", want: "over the limit DispenseReply", play: func(r *raw) error {
			return r.root(0, list(`{"object":1,"service":"victim","codec":"json","methods":[`, `{},`, `]}`))
		}},
		{name: "dispensed-params", only: "plugin", what: "one with 5 million names of arguments", want: "over the limit DispenseReply", play: func(r *raw) error {
			return r.root(0, list(`{"object":1,"service":"victim","codec":"json","methods":[{"params":[`, `"",`, `]}]}`))
		}},
		{name: "dispensed-few", only: "plugin", what: "one with more methods than an object may have", want: "over the limit Methods, 4096", play: func(r *raw) error {
			return r.root(0, []byte(`{"object":1,"service":"victim","codec":"json","methods":[`+strings.Repeat(`{},`, 5000)+`{}]}`))
		}},
		{name: "error-names", only: "plugin", what: "an error with 5 million names", want: "over the limit Error", survives: true, play: func(r *raw) error {
			return r.fails(list(`{"code":"unknown","is":[`, `"",`, `]}`))
		}},
		{name: "error-details", only: "plugin", what: "errors with many details", want: "over the limit Details, 256", survives: true, play: func(r *raw) error {
			details := `{"code":"unknown","details":{"":""`
			for i := range 1000 {
				details += `,"` + string(rune('a'+i%26)) + strings.Repeat("x", i/26) + `":""`
			}
			return r.fails([]byte(details + `}}`))
		}},
		{name: "dispense-codecs", what: "six Dispenses with 5 million codecs each", want: "over the limit Codecs, 64", survives: true, play: func(r *raw) error {
			return r.calls(0, 0, 6, list(`{"service":"victim","codecs":[`, `"",`, `]}`))
		}},
		{name: "dispense-configs", what: "six Dispenses with a configuration of 15 MB each", survives: true, play: func(r *raw) error {
			return r.calls(0, 0, 6, list(`{"service":"victim","codecs":["json"],"config_codec":"json","config":"`, `e319`, `"}`))
		}},
		{name: "references-nameless", what: "64 objects of 65,000 methods without a name, many times", want: "over the limit Methods, 4096", survives: true, play: func(r *raw) error {
			return r.calls(1, flagReferences, 20, table)
		}},
	}
}

// calls makes n calls of a method of the victim's root.
func (r *raw) calls(method uint16, flags byte, n int, rest []byte) error {
	body := callBody(0, rest...)
	for i := range n {
		if _, err := r.own.Write(pieces0(frame{typ: frameCall, flags: flags, method: method, id: uint32(i + 10)}, body)); err != nil {
			return err
		}
	}
	return nil
}

// root answers the victim's first call of the root, a Dispense, with that.
func (r *raw) root(flags byte, reply []byte) error {
	for {
		f, err := next(r.theirs)
		if err != nil {
			return nil
		}
		if f.typ == frameCall {
			_, err := r.theirs.Write(pieces0(frame{typ: frameReply, flags: flags, id: f.id}, reply))
			return err
		}
	}
}

// fails answers the first calls with that error, and the later ones as it should be.
func (r *raw) fails(text []byte) error {
	n := 0
	return r.serve(func(call frame) error {
		if n++; n > 6 {
			return r.echo(call)
		}
		_, err := r.theirs.Write(pieces0(frame{typ: frameReply, flags: flagError, id: call.id}, text))
		return err
	})
}
