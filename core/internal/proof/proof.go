// Package proof lets the two ends of a connection show each other that they know the
// same secret, before anything else is said, and without sending it. docs/protocol.md
// specifies the exchange.
package proof

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"time"
)

const (
	magic     = "TENP\x01"
	nonceSize = 32
	macSize   = sha256.Size

	hostWord   = "tenon host"
	pluginWord = "tenon plugin"
)

const (
	// Size is how many bytes a secret has.
	Size = 32

	// Timeout bounds the exchange where a plugin lets strangers try.
	Timeout = 5 * time.Second
)

// ErrNotProven is what matches when the other side does not know the secret.
var ErrNotProven = errors.New("the other side does not know the secret")

// Secret returns a new secret: Size bytes by chance.
func Secret() []byte { return random(Size) }

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails
	return b
}

// Text returns a secret as text: two hexadecimal digits for each byte.
func Text(secret []byte) string { return hex.EncodeToString(secret) }

// Hidden returns what is shown of a secret: whether there is one.
func Hidden(secret []byte) string {
	if secret == nil {
		return ""
	}
	return "***"
}

// Parse returns the secret that a text stands for. The error does not have the text,
// which may be a secret with a mistake in it.
func Parse(text string) ([]byte, error) {
	secret, err := hex.DecodeString(text)
	if err != nil || len(secret) != Size {
		return nil, fmt.Errorf("a secret has %d hexadecimal digits, and this text of %d bytes is none", 2*Size, len(text))
	}
	return secret, nil
}

func mac(secret []byte, word string, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, secret)
	io.WriteString(h, word)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

// AsHost does the host's part over conn. within bounds it, 0 leaves that to ctx. After
// an error conn is of no use.
func AsHost(ctx context.Context, conn net.Conn, secret []byte, within time.Duration) error {
	return bounded(ctx, conn, within, func() error {
		mine := random(nonceSize)
		answer := make([]byte, nonceSize+macSize)
		_, err := conn.Write(append([]byte(magic), mine...))
		if err == nil {
			_, err = io.ReadFull(conn, answer)
		}
		if err != nil {
			return fmt.Errorf("the plugin closed the connection: %w", err)
		}
		theirs, proof := answer[:nonceSize], answer[nonceSize:]
		if !hmac.Equal(proof, mac(secret, pluginWord, mine, theirs)) {
			return ErrNotProven
		}
		_, err = conn.Write(mac(secret, hostWord, mine, theirs))
		return err
	})
}

// AsPlugin does the plugin's part, see [AsHost].
func AsPlugin(ctx context.Context, conn net.Conn, secret []byte, within time.Duration) error {
	return bounded(ctx, conn, within, func() error {
		begin := make([]byte, len(magic)+nonceSize)
		if _, err := io.ReadFull(conn, begin); err != nil {
			return err
		}
		if string(begin[:len(magic)]) != magic {
			return errors.New("what connected does not begin as a host does")
		}
		theirs, mine := begin[len(magic):], random(nonceSize)
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

// bounded runs an exchange over conn within ctx and a time, and closes conn when that is
// over: what a launcher dials need not have deadlines that do anything.
func bounded(ctx context.Context, conn net.Conn, within time.Duration, exchange func() error) error {
	outer := ctx
	if within > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, within)
		defer cancel()
	}
	interrupted := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(interrupted)
		conn.Close()
	})
	err := exchange()
	if stop() {
		return err
	}
	<-interrupted
	if outer.Err() != nil {
		return outer.Err()
	}
	return fmt.Errorf("the other side did not prove itself within %v: %w", within, ctx.Err())
}
