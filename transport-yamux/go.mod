module github.com/tenon-dev/tenon/transport-yamux

go 1.25.0

require (
	github.com/hashicorp/yamux v0.1.2
	github.com/tenon-dev/tenon/core v0.1.0
	golang.org/x/net v0.58.0
)

replace github.com/tenon-dev/tenon/core => ../core
