package cborcodec_test

import (
	"testing"

	cborcodec "github.com/tenon-dev/tenon/codec-cbor"
	"github.com/tenon-dev/tenon/core/codec/codectest"
)

func FuzzDecode(f *testing.F) {
	codectest.Fuzz(f, cborcodec.New(), codectest.Options{AcceptsMore: true})
}
