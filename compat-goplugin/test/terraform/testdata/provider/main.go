// Command provider is a Terraform provider, made with the framework as all are, and a
// host that drives one through a plan and its application, as Terraform does.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "drive" {
		if err := drive(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	err := providerserver.Serve(context.Background(), newProvider, providerserver.ServeOpts{
		Address: address, ProtocolVersion: 6, Debug: len(os.Args) > 1 && os.Args[1] == "debug",
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

const address = "example.com/tests/notes"

// library says which library this program is built with.
func library() string {
	info, _ := debug.ReadBuildInfo()
	for _, dep := range info.Deps {
		if dep.Path == "github.com/hashicorp/go-plugin" && dep.Replace != nil {
			return "ours"
		}
	}
	return "theirs"
}
