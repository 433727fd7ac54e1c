package reattach

import "github.com/tenon-dev/tenon/core/internal/proof"

// ErrNotProven is what matches when the other side does not know the secret.
var ErrNotProven = proof.ErrNotProven

// Secret returns a new secret: 32 bytes by chance.
func Secret() []byte { return proof.Secret() }
