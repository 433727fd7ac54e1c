//go:build !linux

package machine

import "context"

// checkLandlock finds nothing: Landlock is Linux's.
func checkLandlock(context.Context) []Finding { return nil }
