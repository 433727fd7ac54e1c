package bridge

import (
	"fmt"
	"os"

	goplugin "github.com/tenon-dev/tenon/compat-goplugin"
	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/launch"
)

// Main is the main function of a plugin that serves hosts of both kinds: a Tenon host as
// tenon.Main does, and a go-plugin host as goplugin.Serve does. It never returns. A
// process that no host started is told so, and exits with code 1.
//
// Which one it is shows in the environment. A host that offers both gets Tenon.
func Main(native tenon.ServeConfig, foreign *goplugin.ServeConfig) {
	switch {
	case startedBy(native.Cookie.Key, native.Cookie.Value) && os.Getenv(launch.LinkEnv) != "":
		tenon.Main(native)
	case startedBy(foreign.MagicCookieKey, foreign.MagicCookieValue):
		goplugin.Serve(foreign)
		os.Exit(0)
	default:
		fmt.Fprintln(os.Stderr, "This program is a plugin: another program starts it, and it does nothing when it is\nstarted by hand.")
		os.Exit(1)
	}
}

func startedBy(key, value string) bool {
	return key != "" && value != "" && os.Getenv(key) == value
}
