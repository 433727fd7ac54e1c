// Command ttrpc is a plugin that links nothing but what it needs.
package main

import (
	"fmt"
	"os"

	"github.com/tenon-dev/tenon/tools/bench/internal/ttrpcecho"
)

func main() {
	fmt.Fprintln(os.Stderr, ttrpcecho.Serve())
	os.Exit(1)
}
