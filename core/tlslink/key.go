package tlslink

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"github.com/tenon-dev/tenon/core/internal/private"
)

// A pin is the SHA-256 of a public key, by which one side knows the other.
type pin [sha256.Size]byte

// ErrOtherKey is matched when the other end of a connection has another key than the one
// that this start was told of.
var ErrOtherKey = errors.New("the other end does not have the key that belongs to this start")

// newKey makes a key for one start, in a certificate that nobody needs to read.
func newKey() (tls.Certificate, pin, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return tls.Certificate{}, pin{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotBefore:    time.Unix(0, 0), NotAfter: time.Unix(1<<35, 0), // it ends with its process
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	if err != nil {
		return tls.Certificate{}, pin{}, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}, pin{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private, Leaf: cert}, pinOf(cert), nil
}

func pinOf(cert *x509.Certificate) pin { return sha256.Sum256(cert.RawSubjectPublicKeyInfo) }

// config returns what one side brings to the handshake: its key, and what it knows of the
// other's. No authority vouches for either.
func config(cert tls.Certificate, other pin) *tls.Config {
	return &tls.Config{
		MinVersion:             tls.VersionTLS13,
		Certificates:           []tls.Certificate{cert},
		ClientAuth:             tls.RequireAnyClientCert,
		InsecureSkipVerify:     true, // the key is compared below
		SessionTicketsDisabled: true,
		VerifyConnection: func(state tls.ConnectionState) error {
			if len(state.PeerCertificates) != 1 {
				return ErrOtherKey
			}
			got := pinOf(state.PeerCertificates[0])
			if subtle.ConstantTimeCompare(got[:], other[:]) != 1 {
				return ErrOtherKey
			}
			return nil
		},
	}
}

// writePin writes a pin to a new file, which appears as a whole.
func writePin(path string, p pin) error {
	if err := os.WriteFile(path+unfinished, []byte(hex.EncodeToString(p[:])+"\n"), 0o600); err != nil {
		return err
	}
	return os.Rename(path+unfinished, path)
}

// unfinished ends the name of a pin that is being written.
const unfinished = "~"

// removeDir removes the directory of the pins. What belongs there is removed by name: a host
// may have no descriptor free to read the directory with.
func removeDir(dir string) {
	for _, name := range []string{hostFile, pluginFile} {
		os.Remove(filepath.Join(dir, name))
		os.Remove(filepath.Join(dir, name+unfinished))
	}
	if os.Remove(dir) != nil { // the plugin may have put something else there, or it is gone
		os.RemoveAll(dir)
	}
}

func readPin(path string) (pin, error) {
	text, err := private.ReadShort(path, 2*sha256.Size+1) // the other side wrote it, and may have made a pipe
	if err != nil {
		return pin{}, err
	}
	p, err := parsePin(text)
	if err != nil {
		return pin{}, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

func parsePin(text []byte) (p pin, err error) {
	digits := bytes.TrimSuffix(text, []byte("\n"))
	if len(digits) != 2*len(p) {
		return pin{}, fmt.Errorf("the hash of a key has %d digits, and not %d", 2*len(p), len(digits))
	}
	if _, err := hex.Decode(p[:], digits); err != nil {
		return pin{}, fmt.Errorf("the hash of a key: %w", err)
	}
	return p, nil
}
