// Command gp-grpc is a go-plugin plugin that links nothing but what it needs.
package main

import (
	"github.com/hashicorp/go-plugin"

	"github.com/tenon-dev/tenon/tools/bench/internal/gpecho"
)

func main() { gpecho.Serve(plugin.ProtocolGRPC) }
