package goplugin

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"github.com/tenon-dev/tenon/compat-goplugin/internal/line"
)

// UnixSocketConfig says where and for whom Unix sockets are made. It is not supported
// on Windows.
type UnixSocketConfig struct {
	// Group, a name or a number, becomes the owning group of every socket, and may
	// write to it. The host must be a member. Default: none.
	Group string

	// TempDir is where the directory for a RunnerFunc's sockets is made. It must
	// exist. Default: [os.TempDir].
	TempDir string

	socketDir string // where sockets are made; "" stands for the system's temporary directory
}

func unixSocketConfigFromEnv() UnixSocketConfig {
	return UnixSocketConfig{Group: os.Getenv(EnvUnixSocketGroup), socketDir: os.Getenv(EnvUnixSocketDir)}
}

// newListener listens where the other side of the plugin's boundary can connect.
func newListener(cfg UnixSocketConfig) (net.Listener, error) {
	if runtime.GOOS == "windows" {
		return listenTCP()
	}
	l, err := listenUnix(cfg, cfg.socketDir)
	if errors.Is(err, syscall.EINVAL) && cfg.socketDir == "" {
		// The path is too long for a socket. A short directory is nearly always there.
		if short, shortErr := listenUnix(cfg, "/tmp"); shortErr == nil {
			return short, nil
		}
		return nil, fmt.Errorf("%w; the path is longer than a socket's may be, and /tmp cannot be used: set TMPDIR to a shorter one", err)
	}
	return l, err
}

// listenUnix makes a socket with a name that nobody can foresee. Its file is removed
// when the listener is closed.
func listenUnix(cfg UnixSocketConfig, dir string) (net.Listener, error) {
	if dir == "" {
		dir = os.TempDir()
	}
	for tries := 0; ; tries++ {
		name, err := randomName()
		if err != nil {
			return nil, err
		}
		path := filepath.Join(dir, "plugin"+name)
		l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
		if errors.Is(err, syscall.EADDRINUSE) && tries < 10 {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("listen on a socket: %w", err)
		}
		if cfg.Group != "" {
			if err := giveToGroup(path, cfg.Group, 0o660); err != nil {
				l.Close()
				return nil, err
			}
		}
		return l, nil
	}
}

func randomName() (string, error) {
	var b [10]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", fmt.Errorf("choose a name for a socket: %w", err)
	}
	return strings.ToLower(base32.StdEncoding.EncodeToString(b[:])), nil
}

// giveToGroup makes a file the group's, with that mode.
func giveToGroup(path, group string, mode fs.FileMode) error {
	id, err := strconv.Atoi(group)
	if err != nil {
		g, err := user.LookupGroup(group)
		if err != nil {
			return fmt.Errorf("find the group %q for a socket: %w", group, err)
		}
		if id, err = strconv.Atoi(g.Gid); err != nil {
			return fmt.Errorf("the group %q has the id %q, which is no number", group, g.Gid)
		}
	}
	if err := os.Chown(path, -1, id); err != nil {
		return fmt.Errorf("give a socket to the group %q, of which this process must be a member: %w", group, err)
	}
	return os.Chmod(path, mode)
}

// listenTCP listens on the first free port of the range that the host allows.
func listenTCP() (net.Listener, error) {
	low, err := portFromEnv(line.EnvMinPort)
	if err != nil {
		return nil, err
	}
	high, err := portFromEnv(line.EnvMaxPort)
	if err != nil {
		return nil, err
	}
	if low > high {
		return nil, fmt.Errorf("%s is %d and %s is %d: the first must not be the greater one", line.EnvMinPort, low, line.EnvMaxPort, high)
	}
	for port := low; port <= high; port++ {
		if l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port))); err == nil {
			return l, nil
		}
	}
	return nil, fmt.Errorf("no port between %d and %d is free on 127.0.0.1: give the host's MinPort and MaxPort a wider range", low, high)
}

func portFromEnv(name string) (int, error) {
	text := os.Getenv(name)
	if text == "" {
		return 0, nil
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0, fmt.Errorf("%s is %q, which is no port: %w", name, text, err)
	}
	return int(port), nil
}
