package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/transport"
)

// newVersion is "tenon version": what this binary was built from, and which
// contracts the drivers compiled with it must fit.
func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of tenon and of what it was built with",
		Args:  usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			info, _ := debug.ReadBuildInfo()
			return printVersion(cmd.OutOrStdout(), info)
		},
	}
}

// corePath is the module whose version says what tenon speaks on the wire.
const corePath = "github.com/tenon-dev/tenon/core"

// printVersion writes what info says; nil, of a binary built without modules,
// is allowed.
func printVersion(w io.Writer, info *debug.BuildInfo) error {
	tenon, core := unknown, unknown
	if info != nil {
		tenon = version(&info.Main)
		for _, dep := range info.Deps {
			if dep.Path == corePath {
				core = version(dep)
			}
		}
	}
	_, err := fmt.Fprintf(w, "tenon %s %s %s/%s\ncore %s, transport contract %d, codec contract %d\n",
		tenon, runtime.Version(), runtime.GOOS, runtime.GOARCH, core, transport.Contract1, codec.Contract1)
	return err
}

// unknown stands for a version that the binary does not record: one built from
// a clone.
const unknown = "(devel)"

func version(m *debug.Module) string {
	if m.Replace != nil {
		return version(m.Replace)
	}
	if m.Version == "" {
		return unknown
	}
	return m.Version
}
