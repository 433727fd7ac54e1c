// Command program is a plugin of Packer, and a host of Tenon that runs it.
package main

import (
	"fmt"
	"os"
)

func main() {
	run := serve // with Packer's own arguments
	if len(os.Args) == 2 && os.Args[1] == "host" {
		run = host
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
