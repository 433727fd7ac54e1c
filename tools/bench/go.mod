// The benchmarks: never published, and outside of go.work so that what their
// peers require raises nobody's versions.
module github.com/tenon-dev/tenon/tools/bench

go 1.26.0

require (
	github.com/containerd/ttrpc v1.2.10
	github.com/hashicorp/go-hclog v1.6.3
	github.com/hashicorp/go-plugin v1.8.0
	github.com/tenon-dev/tenon/codec-cbor v0.1.0
	github.com/tenon-dev/tenon/codec-gob v0.1.0
	github.com/tenon-dev/tenon/codec-proto v0.1.0
	github.com/tenon-dev/tenon/core v0.1.0
	github.com/tenon-dev/tenon/transport-smux v0.1.0
	github.com/tenon-dev/tenon/transport-unix v0.1.0
	github.com/tenon-dev/tenon/transport-yamux v0.1.0
	google.golang.org/grpc v1.85.0
	google.golang.org/protobuf v1.36.12
)

require (
	github.com/containerd/log v0.1.0 // indirect
	github.com/fatih/color v1.13.0 // indirect
	github.com/fxamacker/cbor/v2 v2.10.0 // indirect
	github.com/golang/protobuf v1.5.4 // indirect
	github.com/hashicorp/yamux v0.1.2 // indirect
	github.com/mattn/go-colorable v0.1.12 // indirect
	github.com/mattn/go-isatty v0.0.17 // indirect
	github.com/oklog/run v1.1.0 // indirect
	github.com/sirupsen/logrus v1.9.4 // indirect
	github.com/x448/float16 v0.8.4 // indirect
	github.com/xtaci/smux v1.5.58 // indirect
	golang.org/x/net v0.60.0 // indirect
	golang.org/x/sys v0.48.0 // indirect
	golang.org/x/text v0.42.0 // indirect
	google.golang.org/genproto/googleapis/rpc v0.0.0-20260817212433-ac3dfec99bb1 // indirect
)

replace (
	github.com/tenon-dev/tenon/codec-cbor => ../../codec-cbor
	github.com/tenon-dev/tenon/codec-gob => ../../codec-gob
	github.com/tenon-dev/tenon/codec-proto => ../../codec-proto
	github.com/tenon-dev/tenon/core => ../../core
	github.com/tenon-dev/tenon/transport-smux => ../../transport-smux
	github.com/tenon-dev/tenon/transport-unix => ../../transport-unix
	github.com/tenon-dev/tenon/transport-yamux => ../../transport-yamux
)
