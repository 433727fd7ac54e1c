package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/tenon-dev/tenon/tools/internal/gen"
)

// newGen is "tenon gen": the glue for interfaces of a package.
func newGen() *cobra.Command {
	var out, dir string
	cmd := &cobra.Command{
		Use:   "gen Interface...",
		Short: "Generate what a Go interface needs to cross processes",
		Long: `Gen reads the package in the current directory and writes, for each interface that is
named, a client that calls another process, what serves an implementation, and typed ways
to dispense one. It is made for a line above the interface:

	//go:generate go tool tenon gen Store

A further version of an interface, StoreV2 beside Store, is generated with it, as a
protocol version of its own. Everything of an interface that cannot cross a process is
reported with its place in the source and what to do; then nothing is written and the exit
code is 1.

Comments in the source say what the interface cannot:

	//tenon:lost zero     on a method without an error, or on the interface: when the
	//tenon:lost panic    connection is lost it returns zero values, or panics
	//tenon:config Type   on the interface: what New gets from who dispenses; "none" for
	                      nothing. Default: StoreConfig, else Config, where there is one
	//tenon:quick         on a method that is done within microseconds and waits for nobody
	//tenon:local         on a field that is not exported: it stays behind`,
		Example: "  tenon gen Store\n  tenon gen -o glue.go Store Watcher",
		Args: usage(func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fmt.Errorf("name an interface of the package: tenon gen Store")
			}
			return nil
		}),
		RunE: func(cmd *cobra.Command, args []string) error {
			pkg, err := gen.Load(cmd.Context(), dir)
			if err != nil {
				return err
			}
			text, err := pkg.Generate(args...)
			if err != nil {
				return err
			}
			if out == "-" {
				_, err := cmd.OutOrStdout().Write(text)
				return err
			}
			if out == "" {
				out = gen.FileName(args)
			}
			path := filepath.Join(pkg.Dir, out)
			if filepath.IsAbs(out) {
				path = out
			}
			wrote, err := gen.Write(path, text)
			if err != nil || !wantsJSON(cmd) {
				return err
			}
			return json.NewEncoder(cmd.OutOrStdout()).Encode(struct {
				File  string `json:"file"`
				Wrote bool   `json:"wrote"` // false: it was there already, the same
			}{path, wrote})
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", `the file to write, "-" for stdout (default: store_tenon.go for Store)`)
	cmd.Flags().StringVarP(&dir, "dir", "C", ".", "the package's directory")
	return cmd
}
