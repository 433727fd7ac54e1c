package goplugin

import (
	"fmt"
	"os"
)

// ServeMuxMap has the plugins of [ServeMux], by their names.
type ServeMuxMap map[string]*ServeConfig

// ServeMux is [Serve] for an executable that holds several plugins: the one argument of
// the command line names the one to serve. It exits with code 1 where that is missing or
// not known.
func ServeMux(m ServeMuxMap) {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "This command is for the host of these plugins, which gives the name of one as the only argument.")
		os.Exit(1)
	}
	opts, ok := m[os.Args[1]]
	if !ok {
		fmt.Fprintf(os.Stderr, "There is no plugin named %q in this program.\n", os.Args[1])
		os.Exit(1)
	}
	Serve(opts)
}
