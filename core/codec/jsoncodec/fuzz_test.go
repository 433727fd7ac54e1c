package jsoncodec_test

import (
	"testing"

	"github.com/tenon-dev/tenon/core/codec/codectest"
	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
)

func FuzzDecode(f *testing.F) { codectest.Fuzz(f, jsoncodec.New(), codectest.Options{}) }
