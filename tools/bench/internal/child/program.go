package child

import (
	"fmt"
	"io"
	"net"
	"os"
)

// Listen is called by a program: it listens where the host wants it, and says so
// on stdout. When the host ends, so does the process: it holds the other end of
// stdin.
func Listen() (net.Listener, error) {
	path := os.Getenv(socketEnv)
	if path == "" {
		return nil, fmt.Errorf("%s is not set: this program is started by the benchmark", socketEnv)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	return l, Ready()
}

// Ready is the part of [Listen] for a program that answers nothing.
func Ready() error {
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	_, err := os.Stdout.WriteString(ready)
	return err
}
