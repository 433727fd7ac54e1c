package machine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/tenon-dev/tenon/core/attach"
	"github.com/tenon-dev/tenon/core/launch"
)

// longestSocket is how many bytes the path of a unix socket may have here.
func longestSocket() int {
	if runtime.GOOS == "linux" {
		return 107
	}
	return 103
}

// longName is how long the names of plugins get that run by themselves, mostly.
const longName = 32

// checkRuntimeDir tries to listen where plugins are found that run by themselves.
func checkRuntimeDir(ctx context.Context) []Finding {
	const check = "plugins that run by themselves"
	dir := attach.Dir()
	if _, err := attach.PrivateDir(dir, false); errors.Is(err, os.ErrNotExist) {
		defer os.Remove(dir) // leave no trace; it stays when something else was put there meanwhile
	}
	name := fmt.Sprintf("doctor-%d", os.Getpid())
	s, err := attach.Listen(ctx, dir, name, false)
	if err != nil {
		return []Finding{found(check, Bad, "%s", strings.TrimPrefix(err.Error(), "attach: "))}
	}
	defer s.Close()
	all := []Finding{found(check, OK, "they are found in %s", dir)}
	if room := longestSocket() - len(dir) - len("/.sock"); room < longName {
		all[0] = found(check, Note, "they are found in %s, whose path is so long that their names may have %d bytes and no more", dir, room).
			hinting("set %s to a directory with a shorter path", attach.DirEnv)
	}
	return append(all, checkPeer(ctx, s))
}

// checkPeer tries whether the system tells who is at the other end of a socket, and
// whether this user can attach.
func checkPeer(ctx context.Context, s *attach.Socket) Finding {
	const check = "peer credentials"
	conn, err := new(net.Dialer).DialContext(ctx, "unix", s.Path())
	if err != nil {
		return found(check, Bad, "a socket that was just made cannot be connected to: %v", err)
	}
	uid, err := launch.PeerUID(conn)
	conn.Close()
	plugin, attachErr := attach.At(s.Path()).Launch(ctx, launch.Request{})
	if attachErr == nil {
		plugin.Kill()
	}
	switch {
	case err == nil && uid != os.Getuid():
		return found(check, Bad, "the system says that user %d is at the other end, and it is user %d: is this a container with users mapped?", uid, os.Getuid())
	case err != nil && !errors.Is(err, errors.ErrUnsupported):
		return found(check, Bad, "the user at the other end of a socket is not known: %v", err)
	case attachErr != nil:
		return found(check, Bad, "a connection of this user was turned away: %s", strings.TrimPrefix(attachErr.Error(), "attach: "))
	case err != nil:
		return found(check, Note, "this system does not tell who is at the other end of a socket: the directory's mode and the plugin's secret keep others out")
	}
	return found(check, OK, "the system tells who is at the other end of a socket")
}

// checkSockets tries whether a socket can be made in the directory for temporary files,
// where plugins wait that outlive their hosts, or cannot inherit a link.
func checkSockets(context.Context) []Finding {
	const check = "sockets in the temporary directory"
	dir, err := os.MkdirTemp("", "tenon")
	if err != nil {
		return nil // said by checkRunning
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "k")
	if len(path) > longestSocket() {
		return []Finding{found(check, Bad, "the path of a socket may have %d bytes, and %s has %d", longestSocket(), path, len(path)).
			hinting("set TMPDIR to a directory with a shorter path")}
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return []Finding{found(check, Bad, "%v", err).hinting("set TMPDIR to a directory on a file system that knows sockets")}
	}
	l.Close()
	return []Finding{found(check, OK, "their paths have %d of %d bytes", len(path), longestSocket())}
}
