module github.com/tenon-dev/tenon/transport-smux

go 1.25.0

require (
	github.com/tenon-dev/tenon/core v0.1.0
	github.com/xtaci/smux v1.5.58
	golang.org/x/net v0.58.0
)

replace github.com/tenon-dev/tenon/core => ../core
