// Package cert makes the certificates with which a host and its plugin know each
// other, each for one start.
package cert

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"
)

// Name is whom the certificates are for. Both sides ask for it.
const Name = "localhost"

// lifetime is longer than any plugin runs. A certificate is good for one start, and
// its key never leaves the process, so that nothing is won by ending it early.
const lifetime = 30 * 365 * 24 * time.Hour

// A Pair is a certificate and its key.
type Pair struct {
	TLS tls.Certificate
}

// New makes a pair. The key is on P-256: many times quicker than the P-521 of other
// implementations, and accepted by all of them.
func New() (Pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Pair{}, fmt.Errorf("make a key for TLS: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 128))
	if err != nil {
		return Pair{}, fmt.Errorf("make a serial number for TLS: %w", err)
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: Name, Organization: []string{"Tenon"}},
		DNSNames:     []string{Name},
		NotBefore:    now.Add(-time.Minute), // clocks in containers differ
		NotAfter:     now.Add(lifetime),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageKeyAgreement | x509.KeyUsageCertSign,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
		// It is its own authority: peers put it among their roots.
		IsCA:                  true,
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return Pair{}, fmt.Errorf("make a certificate for TLS: %w", err)
	}
	return Pair{TLS: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}}, nil
}

// PEM returns the certificate, without the key, as a host gives it to its plugin.
func (p Pair) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.TLS.Certificate[0]})
}

// Config returns the configuration of a side that has p and trusts the certificates
// in peers and no others. It serves for connections in both directions, since both
// sides of a broker listen. peers may be set later, with [Trust].
func (p Pair) Config(peers *x509.CertPool) *tls.Config {
	return &tls.Config{
		Certificates: []tls.Certificate{p.TLS},
		RootCAs:      peers,
		ClientCAs:    peers,
		ClientAuth:   tls.RequireAndVerifyClientCert,
		ServerName:   Name,
		MinVersion:   tls.VersionTLS12,
		// The post-quantum exchange costs a quarter of a start, and guards nothing
		// here: who can record a local socket can read the process as well.
		CurvePreferences:       []tls.CurveID{tls.X25519, tls.CurveP256},
		SessionTicketsDisabled: true,
	}
}

// Trust returns a copy of config that trusts the certificate der and no other.
func Trust(config *tls.Config, der []byte) (*tls.Config, error) {
	peer, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("read the peer's certificate: %w", err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(peer)
	config = config.Clone()
	config.RootCAs, config.ClientCAs = pool, pool
	return config, nil
}
