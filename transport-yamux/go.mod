module github.com/tenon-dev/tenon/transport-yamux

go 1.25.0

require github.com/tenon-dev/tenon/core v0.1.0

require (
	github.com/hashicorp/yamux v0.1.2 // indirect
	golang.org/x/net v0.58.0 // indirect
)

replace github.com/tenon-dev/tenon/core => ../core
