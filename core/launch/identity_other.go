//go:build !linux

package launch

import "errors"

// startedAt is not known where the standard library has no way to ask.
func startedAt(int) (string, error) { return "", errors.ErrUnsupported }
