package protocodec_test

import (
	"testing"

	"google.golang.org/protobuf/proto"

	protocodec "github.com/tenon-dev/tenon/codec-proto"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/codectest"
)

func fuzzOptions(f *testing.F) codectest.Options {
	return codectest.Options{
		OnlySamples: true,
		Unframed:    true,
		Samples:     samples(f),
		Equal:       func(want, got any) bool { return proto.Equal(want.(proto.Message), got.(proto.Message)) },
	}
}

func FuzzDecode(f *testing.F) { fuzz(f, protocodec.New()) }

func FuzzDecodeJSON(f *testing.F) { fuzz(f, protocodec.NewJSON()) }

func fuzz(f *testing.F, c codec.Codec) {
	f.Helper()
	codectest.Fuzz(f, c, fuzzOptions(f))
}
