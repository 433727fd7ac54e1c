package attach

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/tenon-dev/tenon/core/internal/proof"
)

// Beside each socket is a file with the secret that hosts prove to know: in hexadecimal
// digits, with a line's end, for its user alone. It is new with each process.
const (
	secretSuffix = ".secret"
	newSuffix    = ".new" // until it is complete

	startAgain = "start the plugin again, which makes a new one"
)

// secretPath returns the file that belongs to a socket.
func secretPath(socket string) string {
	return strings.TrimSuffix(socket, socketSuffix) + secretSuffix
}

// writeSecret makes a secret for a socket. Who calls it has the lock of the name, so that
// what is there is what a dead process left.
func writeSecret(socket string) ([]byte, error) {
	path, secret := secretPath(socket), proof.Secret()
	if err := removeSecret(socket); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path+newSuffix, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		_, err = io.WriteString(f, proof.Text(secret)+"\n")
		if err = errors.Join(err, f.Close()); err == nil {
			err = os.Rename(path+newSuffix, path)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("attach: write the secret for hosts: %w", err)
	}
	return secret, nil
}

// removeSecret removes the file that belongs to a socket, if it is there.
func removeSecret(socket string) error {
	path := secretPath(socket)
	for _, path := range []string{path, path + newSuffix} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("attach: remove the secret of a process that has ended: %w", err)
		}
	}
	return nil
}

// A noSecretError says that a socket has no secret beside it. It matches nothing: that
// a file is not there does not mean that no plugin is.
type noSecretError struct{ socket string }

func (e *noSecretError) Error() string {
	return fmt.Sprintf("attach: somebody listens on %s, and there is no %s with the secret of the plugin: if it is of an older release of Tenon build it anew, and else start it again", e.socket, filepath.Base(secretPath(e.socket)))
}

// readSecret returns the secret of the plugin at a socket. It believes only a file that
// nobody else can have written or read.
func readSecret(socket string) ([]byte, error) {
	path := secretPath(socket)
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("attach: the secret %s is no file (a link to one is refused too): remove it, and %s", path, startAgain)
	}
	f, err := openPlain(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &noSecretError{socket}
	case err != nil:
		return nil, fmt.Errorf("attach: read the secret of the plugin at %s: %w", socket, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil {
		err = checkSecretFile(path, info)
	}
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, 4*proof.Size))
	if err != nil {
		return nil, fmt.Errorf("attach: read the secret of the plugin at %s: %w", socket, err)
	}
	secret, err := proof.Parse(strings.TrimSuffix(string(text), "\n"))
	if err != nil {
		return nil, fmt.Errorf("attach: %s holds no secret: %w: remove it, and %s", path, err, startAgain)
	}
	return secret, nil
}
