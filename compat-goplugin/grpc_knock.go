package goplugin

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/tenon-dev/tenon/compat-goplugin/internal/wire"
)

// acceptKnocks returns a listener on the shared connection, and answers the knocks for
// it until it is closed.
func (b *GRPCBroker) acceptKnocks(id uint32) net.Listener {
	ctx, cancel := context.WithCancel(context.Background())
	l := b.mux.Listen(id)
	answered := make(chan struct{})
	b.serving.Add(1)
	go func() {
		defer b.serving.Done()
		defer close(answered)
		b.answerKnocks(ctx, id)
	}()
	return &knockListener{Listener: l, stop: func() {
		cancel()
		<-answered
	}}
}

func (b *GRPCBroker) answerKnocks(ctx context.Context, id uint32) {
	for {
		_, err := b.knocks.Take(ctx, id)
		if ctx.Err() != nil {
			return
		}
		if errors.Is(err, context.DeadlineExceeded) {
			continue // nobody knocked so far
		}
		if err != nil {
			return
		}
		answer := wire.Knock{Knock: true, Ack: true}
		if err := b.mux.Expect(id); err != nil {
			answer.Error = err.Error()
		}
		if b.hub.send(wire.ConnInfo{ServiceID: id, Knock: &answer}) != nil && ctx.Err() != nil {
			return
		}
	}
}

// knock opens a stream of the shared connection for id. Only one stream is being
// opened at a time: the other side gives them away in the order of the knocks.
func (b *GRPCBroker) knock(ctx context.Context, id uint32) (net.Conn, error) {
	b.dialing.Lock()
	defer b.dialing.Unlock()
	if err := b.hub.send(wire.ConnInfo{ServiceID: id, Knock: &wire.Knock{Knock: true}}); err != nil {
		return nil, err
	}
	answer, err := b.infos.Take(ctx, id)
	switch {
	case err != nil:
		return nil, fmt.Errorf("timeout waiting for multiplexing: nobody accepts the brokered connection %d: %w", id, err)
	case answer.Knock == nil || !answer.Knock.Ack:
		return nil, fmt.Errorf("the other side answered for the brokered connection %d with an address, and does not multiplex", id)
	case answer.Knock.Error != "":
		return nil, fmt.Errorf("the other side refused the brokered connection %d: %s", id, answer.Knock.Error)
	}
	return b.mux.Dial()
}

// A knockListener stops the answering of knocks when it is closed.
type knockListener struct {
	net.Listener
	stop func()
}

// Close ends Accept. Streams that were accepted live on.
func (l *knockListener) Close() error {
	l.stop()
	return l.Listener.Close()
}
