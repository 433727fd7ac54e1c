// Command raw is a plugin that links nothing but what it needs.
package main

import (
	"fmt"
	"os"

	"github.com/tenon-dev/tenon/tools/bench/internal/rawecho"
)

func main() {
	fmt.Fprintln(os.Stderr, rawecho.Serve())
	os.Exit(1)
}
