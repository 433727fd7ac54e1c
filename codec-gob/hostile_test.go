package gobcodec_test

import (
	"bytes"
	"encoding/gob"
	"strings"
	"testing"

	gobcodec "github.com/tenon-dev/tenon/codec-gob"
	"github.com/tenon-dev/tenon/core/codec/codectest"
)

type chain struct {
	Next *chain
	N    int
}

type holder struct {
	Name string
	Any  any
}

type narrow struct{ Name string }

// number encodes an unsigned number as gob does.
func number(x uint64) []byte {
	if x < 0x80 {
		return []byte{byte(x)}
	}
	var b []byte
	for ; x > 0; x >>= 8 {
		b = append([]byte{byte(x)}, b...)
	}
	return append([]byte{byte(-len(b))}, b...)
}

// segment puts the length before the parts.
func segment(parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	return append(number(uint64(len(body))), body...)
}

// definitionsOf returns the definitions in the message of v, and the first bytes
// of the value, which are its type's id.
func definitionsOf(v any) (definitions, id []byte) {
	src, err := gobcodec.New().Append(nil, v)
	if err != nil {
		panic(err)
	}
	end := 0
	for {
		n, width := int(src[end]), 1
		if src[end] >= 0x80 {
			width = 1 + -int(int8(src[end]))
			n = 0
			for _, b := range src[end+1 : end+width] {
				n = n<<8 | int(b)
			}
		}
		body := src[end+width : end+width+n]
		idWidth := 1
		if body[0] >= 0x80 {
			idWidth = 1 + -int(int8(body[0]))
		}
		if body[idWidth-1]&1 == 0 { // not inverted: the value
			return src[:end], body[:idWidth]
		}
		end += width + n
	}
}

// patched returns the message of v with another value.
func patched(v any, value ...byte) []byte {
	definitions, id := definitionsOf(v)
	return append(bytes.Clone(definitions), segment(id, value)...)
}

// plain returns what a gob encoder of its own writes.
func plain(v any) []byte {
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(v); err != nil {
		panic(err)
	}
	return b.Bytes()
}

var huge = number(1 << 40)

func hostile() []codectest.Hostile {
	gob.Register(narrow{})
	ints := func() any { return new([]int) }
	definitions, _ := definitionsOf([]int{1})
	chains, chainID := definitionsOf(&chain{N: 1})
	deep := bytes.Repeat([]byte{1}, 2_000_000) // each: one field further, which is the next link
	return []codectest.Hostile{
		{Name: "a slice of 2^40", Src: patched([]int{1}, append([]byte{0}, huge...)...), Into: ints},
		{Name: "a slice of 10^7 wide elements", Src: patched([][128]int64{{1}}, append([]byte{0}, number(10_000_000)...)...), Into: func() any { return new([][128]int64) }},
		{Name: "a map of 2^40", Src: patched(map[int]int{1: 1}, append([]byte{0}, huge...)...), Into: func() any { return new(map[int]int) }},
		{Name: "a text of 2^40", Src: patched("a", append([]byte{0}, huge...)...), Into: func() any { return new(string) }},
		{Name: "bytes of 2^33", Src: patched([]byte("a"), append([]byte{0}, number(1<<33-1)...)...), Into: func() any { return new([]byte) }},
		{Name: "a segment of 2^33", Src: append(number(1<<33-1), 1, 2, 3), Into: ints},
		{Name: "a million links", Src: append(bytes.Clone(chains), segment(chainID, deep)...), Into: func() any { return new(chain) }},
		{Name: "two values", Src: append(plain([]int{1}), segment([]byte{4, 0, 2})...), Into: ints},
		{Name: "definitions and no value", Src: definitions, Into: ints},
		{Name: "definitions twice", Src: append(bytes.Clone(definitions), plain([]int{1})...), Into: ints},
		{Name: "a field beyond the last", Src: patched(narrow{"a"}, 2, 1, 'a', 0), Into: func() any { return new(narrow) }},
		{Name: "a struct without end", Src: patched(narrow{"a"}, 1, 1, 'a'), Into: func() any { return new(narrow) }},
		{Name: "a type defined inside a value", Src: plain(holder{Any: narrow{"n"}}), Into: func() any { return new(holder) }},
		{Name: "the same where the field is unknown", Src: plain(holder{Any: narrow{"n"}}), Into: func() any { return new(narrow) }},
		{Name: "an unknown type", Src: segment([]byte{0x7E, 0, 1}), Into: ints},
		{Name: "a type of gob's own", Src: segment([]byte{17 << 1, 0}), Into: ints},
		{Name: "nine bytes of number", Src: append([]byte{0xF7}, bytes.Repeat([]byte{1}, 9)...), Into: ints},
		{Name: "two nils", Src: []byte{0, 0}, Into: func() any { return new(*int) }},
		{Name: "text", Src: []byte(strings.Repeat("hello ", 10)), Into: ints},
	}
}

func TestConformance(t *testing.T) {
	opts := conformance()
	opts.Hostile = hostile()
	codectest.Run(t, gobcodec.New(), opts)
}
