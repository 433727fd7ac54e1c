package launch

import (
	"log/slog"
	"os"
	"path/filepath"

	"github.com/tenon-dev/tenon/core/internal/private"
)

// LinkDirEnv is the environment variable that names the directory in which a plugin that has to
// listen makes its socket. The launcher makes it, for this one plugin, where only this user may
// enter. The plugin removes it as soon as the host is there, and the launcher when the
// plugin has ended before: one that was killed removes nothing.
//
// It is optional: a plugin that has none, or cannot use it, makes one itself.
const LinkDirEnv = "TENON_LINK_DIR"

// socketName is the name of the socket in such a directory.
const socketName = "s"

// newLinkDir makes the directory for a plugin that will listen; "" where there can be none, and
// the plugin may fare better.
func newLinkDir(log *slog.Logger) string {
	dir, err := private.MkdirTemp("", "tenon")
	if err != nil {
		log.Debug("no directory for the plugin's socket", "error", err)
		return ""
	}
	return dir
}

// removeLinkDir removes what a plugin left that listened, and nothing else that is there.
func removeLinkDir(dir string) {
	if dir != "" {
		os.Remove(filepath.Join(dir, socketName))
		os.Remove(dir)
	}
}

// listenInLinkDir listens where the launcher wants it; nil where that cannot be.
func listenInLinkDir() *Listener {
	dir := os.Getenv(LinkDirEnv)
	if dir == "" {
		return nil
	}
	dir, err := private.Resolve(dir)
	if err != nil {
		return nil
	}
	l, err := listenAt(dir)
	if err != nil {
		return nil
	}
	return l
}
