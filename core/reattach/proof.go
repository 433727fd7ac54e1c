package reattach

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"time"
)

// The proof, by which both sides show that they know the secret, before anything
// else is said. docs/protocol.md specifies it.
const (
	magic     = "TENP\x01"
	nonceSize = 32
	macSize   = sha256.Size

	secretSize = 32

	hostWord   = "tenon host"
	pluginWord = "tenon plugin"
)

// proofTimeout bounds the exchange.
const proofTimeout = 5 * time.Second

// ErrNotProven is what matches when the other side does not know the secret.
var ErrNotProven = errors.New("the other side does not know the secret")

// Secret returns a new secret: 32 bytes by chance.
func Secret() []byte {
	b := make([]byte, secretSize)
	rand.Read(b) // never fails
	return b
}

func mac(secret []byte, word string, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, secret)
	io.WriteString(h, word)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

// proveAsHost does the host's part.
func proveAsHost(ctx context.Context, conn net.Conn, secret []byte) error {
	return bounded(ctx, conn, func() error {
		mine := nonce()
		if _, err := conn.Write(append([]byte(magic), mine...)); err != nil {
			return err
		}
		answer := make([]byte, nonceSize+macSize)
		if _, err := io.ReadFull(conn, answer); err != nil {
			return fmt.Errorf("the plugin closed the connection: %w", err)
		}
		theirs, proof := answer[:nonceSize], answer[nonceSize:]
		if !hmac.Equal(proof, mac(secret, pluginWord, mine, theirs)) {
			return ErrNotProven
		}
		_, err := conn.Write(mac(secret, hostWord, mine, theirs))
		return err
	})
}

// proveAsPlugin does the plugin's part.
func proveAsPlugin(ctx context.Context, conn net.Conn, secret []byte) error {
	return bounded(ctx, conn, func() error {
		begin := make([]byte, len(magic)+nonceSize)
		if _, err := io.ReadFull(conn, begin); err != nil {
			return err
		}
		if string(begin[:len(magic)]) != magic {
			return errors.New("what connected does not begin as a host does")
		}
		theirs, mine := begin[len(magic):], nonce()
		if _, err := conn.Write(append(slices.Clone(mine), mac(secret, pluginWord, theirs, mine)...)); err != nil {
			return err
		}
		proof := make([]byte, macSize)
		if _, err := io.ReadFull(conn, proof); err != nil {
			return err
		}
		if !hmac.Equal(proof, mac(secret, hostWord, theirs, mine)) {
			return ErrNotProven
		}
		return nil
	})
}

func nonce() []byte {
	b := make([]byte, nonceSize)
	rand.Read(b) // never fails
	return b
}

// bounded runs an exchange over conn within ctx and proofTimeout.
func bounded(ctx context.Context, conn net.Conn, exchange func() error) error {
	ctx, cancel := context.WithTimeout(ctx, proofTimeout)
	defer cancel()
	interrupted := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(interrupted)
		conn.SetDeadline(time.Unix(1, 0))
	})
	err := exchange()
	if !stop() {
		<-interrupted
		return ctx.Err()
	}
	return err
}
