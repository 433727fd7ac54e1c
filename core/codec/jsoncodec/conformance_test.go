package jsoncodec_test

import (
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/codectest"
	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
)

func TestConformance(t *testing.T) {
	codectest.Run(t, jsoncodec.New(), codectest.Options{
		New: func() codec.Codec { return jsoncodec.New() },
		Hostile: []codectest.Hostile{
			{Name: "a million arrays", Src: []byte(strings.Repeat("[", 1_000_000)), Into: func() any { return new(any) }},
			{Name: "a million objects", Src: []byte(strings.Repeat(`{"a":`, 1_000_000)), Into: func() any { return new(any) }},
			{Name: "not UTF-8", Src: []byte("\"\xff\""), Into: func() any { return new(string) }},
			{Name: "a string without end", Src: []byte(`"abc\"`), Into: func() any { return new(string) }},
			{Name: "two values", Src: []byte(`1 2`), Into: func() any { return new(any) }},
		},
	})
}
