//go:build !linux && !darwin && !freebsd

package machine

import "context"

// checkLimits finds nothing: there are no such limits here.
func checkLimits(context.Context) []Finding { return nil }
