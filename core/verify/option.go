package verify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/tenon-dev/tenon/core/launch"
)

// SHA256 starts the plugin only when its file has that sum.
func SHA256(sum [sha256.Size]byte) launch.Option { return With(Sum(sum)) }

// Hex is SHA256 with the sum in hexadecimal digits, as in a configuration. Where it is
// no sum, every start fails and says so.
func Hex(sum string) launch.Option {
	b, err := hex.DecodeString(sum)
	if err == nil && len(b) != sha256.Size {
		err = fmt.Errorf("it has %d bytes", len(b))
	}
	if err != nil {
		return With(Func(func(context.Context, Candidate) error {
			return fmt.Errorf("%q is no SHA-256 in 64 hexadecimal digits: %w", sum, err)
		}))
	}
	return SHA256([sha256.Size]byte(b))
}

// File starts the plugin only when the file of that path, in the form of sha256sum, lists
// its name and its sum. It is read anew at each start. Who may write to it decides what
// runs: keep it where the plugin's publisher cannot write by chance, or verify it too.
func File(path string) launch.Option { return With(sumsFile(path)) }

// With starts the plugin only when v has nothing against it. All launchers and starts
// that were given one option share its copies, and the last process that ends removes
// them.
func With(v Verifier) launch.Option { return (&Store{transient: true}).With(v) }
