module github.com/tenon-dev/tenon/tools

go 1.25.0

require (
	github.com/bufbuild/protocompile v0.14.1
	github.com/spf13/cobra v1.10.2
	github.com/tenon-dev/tenon/codec-cbor v0.1.0
	github.com/tenon-dev/tenon/codec-gob v0.1.0
	github.com/tenon-dev/tenon/codec-proto v0.1.0
	github.com/tenon-dev/tenon/core v0.1.0
	golang.org/x/tools v0.48.0
	google.golang.org/protobuf v1.36.12
)

require (
	github.com/fxamacker/cbor/v2 v2.10.0 // indirect
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/spf13/pflag v1.0.9 // indirect
	github.com/x448/float16 v0.8.4 // indirect
	golang.org/x/mod v0.38.0 // indirect
	golang.org/x/sync v0.22.0 // indirect
)
