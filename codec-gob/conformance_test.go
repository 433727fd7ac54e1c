package gobcodec_test

import (
	gobcodec "github.com/tenon-dev/tenon/codec-gob"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/codectest"
)

func conformance() codectest.Options {
	return codectest.Options{
		New:       func() codec.Codec { return gobcodec.New() },
		OmitsZero: true,
	}
}
