package cborcodec_test

import (
	"bytes"
	"testing"

	cborcodec "github.com/tenon-dev/tenon/codec-cbor"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/codectest"
)

func TestConformance(t *testing.T) {
	anything := func() any { return new(any) }
	codectest.Run(t, cborcodec.New(), codectest.Options{
		New: func() codec.Codec { return cborcodec.New() },
		Hostile: []codectest.Hostile{
			{Name: "a million arrays", Src: bytes.Repeat([]byte{0x81}, 1_000_000), Into: anything},
			{Name: "a million maps", Src: bytes.Repeat([]byte{0xA1, 0x00}, 1_000_000), Into: anything},
			{Name: "a million tags", Src: bytes.Repeat([]byte{0xC1}, 1_000_000), Into: anything},
			{Name: "a million open arrays", Src: bytes.Repeat([]byte{0x9F}, 1_000_000), Into: anything},
			{Name: "an array of 2^62", Src: []byte{0x9B, 0x40, 0, 0, 0, 0, 0, 0, 0}, Into: func() any { return new([]int64) }},
			{Name: "an array of 10^7", Src: []byte{0x9A, 0, 0x98, 0x96, 0x80, 1}, Into: func() any { return new([][128]int64) }},
			{Name: "a map of 10^7", Src: []byte{0xBA, 0, 0x98, 0x96, 0x80, 1}, Into: func() any { return new(map[int]int) }},
			{Name: "bytes of 2^40", Src: []byte{0x5B, 0, 0, 1, 0, 0, 0, 0, 0}, Into: func() any { return new([]byte) }},
			{Name: "a key twice", Src: []byte{0xA2, 0x61, 'a', 1, 0x61, 'a', 2}, Into: func() any { return new(map[string]int) }},
			{Name: "a field twice", Src: []byte{0xA2, 0x61, 'A', 1, 0x61, 'A', 2}, Into: func() any { return new(struct{ A int }) }},
			{Name: "an array as a key", Src: []byte{0xA1, 0x80, 0x01}, Into: func() any { return new(map[any]any) }},
			{Name: "text that is not UTF-8", Src: []byte{0x61, 0xFF}, Into: func() any { return new(string) }},
		},
	})
}
