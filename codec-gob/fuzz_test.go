package gobcodec_test

import (
	"testing"

	gobcodec "github.com/tenon-dev/tenon/codec-gob"
	"github.com/tenon-dev/tenon/core/codec/codectest"
)

func FuzzDecode(f *testing.F) {
	codectest.Fuzz(f, gobcodec.New(), codectest.Options{OmitsZero: true, Hostile: hostile()})
}
