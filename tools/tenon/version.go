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
		RunE:  func(cmd *cobra.Command, _ []string) error { return showVersion(cmd) },
	}
}

func showVersion(cmd *cobra.Command) error {
	info, _ := debug.ReadBuildInfo()
	if wantsJSON(cmd) {
		return printJSON(cmd.OutOrStdout(), versionsOf(info))
	}
	return printVersion(cmd.OutOrStdout(), info)
}

// corePath is the module whose version says what tenon speaks on the wire.
const corePath = "github.com/tenon-dev/tenon/core"

// versions are what this binary was built from.
type versions struct {
	Tenon             string `json:"tenon"`
	Core              string `json:"core"`
	Go                string `json:"go"`
	System            string `json:"system"`
	TransportContract int    `json:"transport_contract"`
	CodecContract     int    `json:"codec_contract"`
}

// versionsOf returns what info says; nil, of a binary built without modules, is allowed.
func versionsOf(info *debug.BuildInfo) versions {
	v := versions{
		Tenon: unknown, Core: unknown, Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH,
		TransportContract: transport.Contract1, CodecContract: codec.Contract1,
	}
	if info != nil {
		v.Tenon = version(&info.Main)
		for _, dep := range info.Deps {
			if dep.Path == corePath {
				v.Core = version(dep)
			}
		}
	}
	return v
}

// printVersion writes what info says for people.
func printVersion(w io.Writer, info *debug.BuildInfo) error {
	v := versionsOf(info)
	_, err := fmt.Fprintf(w, "tenon %s %s %s\ncore %s, transport contract %d, codec contract %d\n",
		v.Tenon, v.Go, v.System, v.Core, v.TransportContract, v.CodecContract)
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
