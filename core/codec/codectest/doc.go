// Package codectest tells whether a codec keeps the contract of
// [github.com/tenon-dev/tenon/core/codec].
//
// The test of a driver is one call:
//
//	func TestConformance(t *testing.T) {
//		codectest.Run(t, mycodec.New(), codectest.Options{
//			New: func() codec.Codec { return mycodec.New() },
//		})
//	}
//
// Each [Case] holds one sentence of the contract, which its failure quotes. A
// codec that carries only some types says so in [Options], and the suite then
// demands that its Check refuses the others.
package codectest
