package goplugin

import (
	"context"
	"sync"

	"github.com/tenon-dev/tenon/compat-goplugin/internal/wire"
)

// sendOutput sends what the plugin prints to one host, until the host hangs up or the
// server ends.
func (s *GRPCServer) sendOutput(ctx context.Context, stdout, stderr *spool, send func(wire.StdioData) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.stopping, cancel)()

	var mu sync.Mutex // a stream takes one message at a time
	var sends sync.WaitGroup
	for channel, output := range map[wire.Channel]*spool{wire.Stdout: stdout, wire.Stderr: stderr} {
		sends.Add(1)
		go func() {
			defer sends.Done()
			err := output.each(ctx, func(piece []byte) error {
				mu.Lock()
				defer mu.Unlock()
				return send(wire.StdioData{Channel: channel, Data: piece})
			})
			if err != nil {
				cancel()
			}
		}()
	}
	sends.Wait()
	<-ctx.Done() // an output that has ended ends no stream: the host would complain
	return nil
}
