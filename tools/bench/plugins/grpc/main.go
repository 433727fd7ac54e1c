// Command grpc is a plugin that links nothing but what it needs.
package main

import (
	"fmt"
	"os"

	"github.com/tenon-dev/tenon/tools/bench/internal/grpcecho"
)

func main() {
	fmt.Fprintln(os.Stderr, grpcecho.Serve())
	os.Exit(1)
}
