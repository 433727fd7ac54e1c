// Command bare prints one line: the least that a launch can cost.
package main

import (
	"os"

	"github.com/tenon-dev/tenon/tools/bench/internal/child"
)

func main() {
	if child.Ready() != nil {
		os.Exit(1)
	}
	select {}
}
