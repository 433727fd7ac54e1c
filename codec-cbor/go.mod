module github.com/tenon-dev/tenon/codec-cbor

go 1.25.0

require (
	github.com/fxamacker/cbor/v2 v2.10.0
	github.com/tenon-dev/tenon/core v0.1.0
)

require github.com/x448/float16 v0.8.4 // indirect

replace github.com/tenon-dev/tenon/core => ../core
