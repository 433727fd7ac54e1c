// The hostile set: never published, and outside of go.work, since it is run by itself
// and measures memory.
module github.com/tenon-dev/tenon/tools/hostile

go 1.25.0

require (
	github.com/tenon-dev/tenon/codec-cbor v0.1.0
	github.com/tenon-dev/tenon/codec-gob v0.1.0
	github.com/tenon-dev/tenon/core v0.1.0
	github.com/tenon-dev/tenon/transport-smux v0.1.0
	github.com/tenon-dev/tenon/transport-unix v0.1.0
	github.com/tenon-dev/tenon/transport-yamux v0.1.0
)

require (
	github.com/fxamacker/cbor/v2 v2.10.0 // indirect
	github.com/hashicorp/yamux v0.1.2 // indirect
	github.com/x448/float16 v0.8.4 // indirect
	github.com/xtaci/smux v1.5.58 // indirect
)

replace (
	github.com/tenon-dev/tenon/codec-cbor => ../../codec-cbor
	github.com/tenon-dev/tenon/codec-gob => ../../codec-gob
	github.com/tenon-dev/tenon/core => ../../core
	github.com/tenon-dev/tenon/transport-smux => ../../transport-smux
	github.com/tenon-dev/tenon/transport-unix => ../../transport-unix
	github.com/tenon-dev/tenon/transport-yamux => ../../transport-yamux
)
