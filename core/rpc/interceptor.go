package rpc

import (
	"context"
	"time"
)

// An Interceptor stands around calls: on the side that calls around all that
// happens, on the side that serves before the arguments are decoded and after
// the result is encoded. It calls next, most often once, perhaps with another
// context, and returns its error or one of its own. It is called concurrently.
//
// The first interceptor of a list is the outermost.
type Interceptor func(ctx context.Context, call *CallInfo, next func(ctx context.Context) error) error

// CallInfo is what an [Interceptor] sees of a call. It must not be kept after
// the interceptor returned.
type CallInfo struct {
	Service string    // the name under which the service was dispensed; of a live value in words which call passed it
	Method  string    // the method's name
	Started time.Time // when the call began on this side

	// RequestBytes and ReplyBytes are the sizes of the encoded arguments and
	// result. What has not happened yet is zero: a caller knows both after next, a
	// server knows the first before it.
	RequestBytes int
	ReplyBytes   int
}

// runInterceptors calls last inside of list.
func runInterceptors(ctx context.Context, list []Interceptor, info *CallInfo, last func(context.Context) error) error {
	if len(list) == 0 {
		return last(ctx)
	}
	return list[0](ctx, info, func(ctx context.Context) error {
		return runInterceptors(ctx, list[1:], info, last)
	})
}
