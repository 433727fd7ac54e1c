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

// longestSignature is how much of a signature's file is read.
const longestSignature = 16 << 10

// ErrSignature is matched when a file's signature is not one of the key that was given.
var ErrSignature = errors.New("the signature was not made for this file with this key")

// Minisign returns a [verify.Verifier] that wants a minisign signature by a key, in a file
// beside the plugin's whose name ends in [SignatureSuffix]. The key is the text of a
// minisign.pub, or its last line alone.
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
	text, err := readSignature(file.Path + SignatureSuffix)
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
	content, err := os.ReadFile(file.Copy)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return err
	}
	if !minisign.Verify(key, content, text) {
		return fmt.Errorf("its signature does not hold: %w", ErrSignature)
	}
	return nil
}

func parseSignature(text []byte) (s minisign.Signature, err error) {
	err = s.UnmarshalText(text)
	return s, err
}

func readSignature(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, longestSignature+1))
	if err == nil && len(text) > longestSignature {
		err = fmt.Errorf("%s has more than %d bytes", path, longestSignature)
	}
	return text, err
}
