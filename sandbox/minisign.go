package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"aead.dev/minisign"

	"github.com/tenon-dev/tenon/core/verify"
)

// SignatureSuffix is what the name of a file has behind it in that of its signature.
const SignatureSuffix = ".minisig"

const (
	// longestSignature is how much of a signature's file is read.
	longestSignature = 16 << 10

	// longestUnhashed is how large a file may be whose signature is of the file itself.
	longestUnhashed = 256 << 20
)

// ErrSignature is matched when a file's signature is not one of the key that was given.
var ErrSignature = errors.New("the signature was not made for this file with this key")

// Minisign returns a [verify.Verifier] that wants a minisign signature by a key, in a file
// beside the plugin's whose name ends in [SignatureSuffix]. The key is the text of a
// minisign.pub, or its last line alone. Signatures of a file's hash, which minisign makes by
// itself since its version 0.11 and with -H before, are checked without taking memory; those
// of the file itself are for files of up to 256 MiB.
//
//	v, err := sandbox.Minisign("RWQ…")
//	launch.Command("./bolt-plugin", verify.With(v))
//
// A signature says who made a file, and not that it is the newest one, nor which plugin it
// is: whoever can replace a plugin can put another one, or an old one, of the same key in
// its place. Where that counts, pin sums, or sign a file of sums.
func Minisign(publicKey string) (verify.Verifier, error) {
	var key minisign.PublicKey
	if err := key.UnmarshalText([]byte(publicKey)); err != nil {
		return nil, fmt.Errorf("sandbox: the minisign key: %w", err)
	}
	return verify.Func(func(ctx context.Context, file verify.Candidate) error {
		return verifyMinisign(ctx, key, file)
	}), nil
}

func verifyMinisign(ctx context.Context, key minisign.PublicKey, file verify.Candidate) error {
	text, err := verify.ReadFile(file.Path+SignatureSuffix, longestSignature)
	if err != nil {
		return fmt.Errorf("its signature: %w", err)
	}
	signature, err := parseSignature(text)
	if err != nil {
		return fmt.Errorf("its signature, in %s: %w", file.Path+SignatureSuffix, err)
	}
	if signature.KeyID != key.ID() {
		return fmt.Errorf("its signature is of the key %X, and %X was given: %w", signature.KeyID, key.ID(), ErrSignature)
	}
	holds, err := signatureHolds(ctx, key, signature.Algorithm, file, text)
	if err == nil && !holds {
		err = fmt.Errorf("its signature does not hold: %w", ErrSignature)
	}
	return err
}

// signatureHolds asks what was copied: its hash, which is taken in pieces, or for signatures
// of the old kind the whole of it.
func signatureHolds(ctx context.Context, key minisign.PublicKey, algorithm uint16, file verify.Candidate, text []byte) (bool, error) {
	switch algorithm {
	case minisign.HashEdDSA:
		f, err := os.Open(file.Copy)
		if err != nil {
			return false, err
		}
		defer f.Close()
		r := minisign.NewReader(&contextReader{ctx, f})
		if _, err := io.Copy(io.Discard, r); err != nil {
			return false, err
		}
		return r.Verify(key, text), nil
	case minisign.EdDSA:
		content, err := verify.ReadFile(file.Copy, longestUnhashed)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return false, fmt.Errorf("its signature is of the file itself, which must be read as a whole: %w; sign its hash (minisign -S -H)", err)
		}
		return minisign.Verify(key, content, text), nil
	}
	return false, fmt.Errorf("its signature is of the unknown kind %#x: %w", algorithm, ErrSignature)
}

// contextReader ends with its context.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (r *contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

func parseSignature(text []byte) (s minisign.Signature, err error) {
	err = s.UnmarshalText(text)
	return s, err
}
