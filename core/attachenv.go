package tenon

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/tenon-dev/tenon/core/attach"
	"github.com/tenon-dev/tenon/core/launch"
)

// attachEnv makes a host attach to plugins that run already, in place of starting
// them: "name=socket", several with commas between. A socket without a slash is the
// name of a plugin in the directory of [attach.Dir].
const attachEnv = "TENON_ATTACH"

// attached returns the launcher that an operator wants for the plugin of that name;
// nil where the configured one stands.
func attached(value, name string) (launch.Launcher, error) {
	var found launch.Launcher
	for entry := range strings.SplitSeq(value, ",") {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		plugin, socket, ok := strings.Cut(entry, "=")
		if !ok || plugin == "" || socket == "" {
			return nil, fmt.Errorf("%s has the entry %q: each is name=socket, such as %s=bolt-plugin=%s", attachEnv, entry, attachEnv, filepath.Join(attach.Dir(), "bolt-plugin.sock"))
		}
		switch {
		case plugin != name || name == "":
		case strings.ContainsAny(socket, "/"+string(filepath.Separator)):
			found = attach.At(socket)
		default:
			found = attach.To(socket)
		}
	}
	return found, nil
}

// forcedLauncher returns the launcher to use, and whether the environment of the
// host chose it.
func (cfg ClientConfig) forcedLauncher() (l launch.Launcher, forced bool, err error) {
	name := cfg.Name
	if name == "" {
		name = launch.NameOf(cfg.Launcher)
	}
	l, err = attached(os.Getenv(attachEnv), name)
	if l == nil {
		return cfg.Launcher, false, err
	}
	return sentElsewhere{l}, true, nil
}

// sentElsewhere is a launcher that the environment chose. Nothing in the host's own
// configuration says so, and whoever set the variable may be long gone.
type sentElsewhere struct{ launch.Launcher }

// Name is that of the launcher which was chosen.
func (s sentElsewhere) Name() string { return launch.NameOf(s.Launcher) }

func (s sentElsewhere) Launch(ctx context.Context, req launch.Request) (launch.Process, error) {
	p, err := s.Launcher.Launch(ctx, req)
	if err != nil {
		err = fmt.Errorf("%w (it was to be attached to, and not started, since %s=%s is in the environment of this host)", err, attachEnv, os.Getenv(attachEnv))
	}
	return p, err
}
