module github.com/tenon-dev/tenon/tools

go 1.25.0

require (
	github.com/HdrHistogram/hdrhistogram-go v1.4.0
	github.com/bufbuild/protocompile v0.14.1
	github.com/rogpeppe/go-internal v1.16.0
	github.com/schollz/progressbar/v3 v3.19.1
	github.com/spf13/cobra v1.10.2
	github.com/spf13/pflag v1.0.9
	github.com/tenon-dev/tenon/codec-cbor v0.1.0
	github.com/tenon-dev/tenon/codec-gob v0.1.0
	github.com/tenon-dev/tenon/codec-proto v0.1.0
	github.com/tenon-dev/tenon/core v0.1.0
	github.com/tenon-dev/tenon/transport-smux v0.1.0
	github.com/tenon-dev/tenon/transport-unix v0.1.0
	github.com/tenon-dev/tenon/transport-yamux v0.1.0
	golang.org/x/sys v0.47.0
	golang.org/x/term v0.44.0
	golang.org/x/tools v0.48.0
	google.golang.org/protobuf v1.36.12
)

require (
	github.com/fxamacker/cbor/v2 v2.10.0 // indirect
	github.com/hashicorp/yamux v0.1.2 // indirect
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/mitchellh/colorstring v0.0.0-20190213212951-d06e56a500db // indirect
	github.com/rivo/uniseg v0.4.7 // indirect
	github.com/x448/float16 v0.8.4 // indirect
	github.com/xtaci/smux v1.5.58 // indirect
	golang.org/x/mod v0.38.0 // indirect
	golang.org/x/sync v0.22.0 // indirect
)
