package launch

import "context"

// Func makes a [Launcher] of a function, which must keep the promises of
// [Launcher.Launch].
type Func func(ctx context.Context, req Request) (Process, error)

var _ Launcher = Func(nil)

// Launch calls f.
func (f Func) Launch(ctx context.Context, req Request) (Process, error) {
	return f(ctx, req)
}
