module github.com/tenon-dev/tenon/codec-proto

go 1.25.0

replace github.com/tenon-dev/tenon/core => ../core

require (
	github.com/tenon-dev/tenon/core v0.1.0
	google.golang.org/protobuf v1.36.12
)
