package goplugin

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/tenon-dev/tenon/compat-goplugin/internal/wire"
)

// A brokerHub passes the messages of a gRPC broker through the streams that come and
// go: a host has one, a plugin one for each host that connects after the other.
type brokerHub struct {
	out  chan brokerSend
	in   chan wire.ConnInfo
	quit chan struct{}
	once sync.Once

	mu      sync.Mutex
	closing bool
	streams sync.WaitGroup // the goroutines of the streams
}

type brokerSend struct {
	info wire.ConnInfo
	done chan error // has room for one
}

// hubWait bounds how long a message waits for a stream that takes it.
const hubWait = 10 * time.Second

var errBrokerClosed = errors.New("broker closed")

func newBrokerHub() *brokerHub {
	return &brokerHub{out: make(chan brokerSend), in: make(chan wire.ConnInfo), quit: make(chan struct{})}
}

// send sends a message, when there is a stream.
func (h *brokerHub) send(info wire.ConnInfo) error {
	timer := time.NewTimer(hubWait)
	defer timer.Stop()
	s := brokerSend{info, make(chan error, 1)}
	select {
	case h.out <- s:
	case <-h.quit:
		return errBrokerClosed
	case <-timer.C:
		return fmt.Errorf("the other side took no message of the broker within %v", hubWait)
	}
	select {
	case err := <-s.done:
		return err
	case <-h.quit:
		return errBrokerClosed
	case <-timer.C:
		return fmt.Errorf("the other side took no message of the broker within %v", hubWait)
	}
}

// recv waits for the next message of any stream.
func (h *brokerHub) recv() (wire.ConnInfo, error) {
	select {
	case info := <-h.in:
		return info, nil
	case <-h.quit:
		return wire.ConnInfo{}, errBrokerClosed
	}
}

// serve passes messages through a stream until that ends or the hub does. What it
// started ends soon after the stream's context.
func (h *brokerHub) serve(s wire.BrokerStream) error {
	ctx, cancel := context.WithCancel(s.Context())
	defer cancel()
	failed := make(chan error, 2)
	if !h.start(func() { failed <- h.receive(ctx, s) }, func() { failed <- h.transmit(ctx, s) }) {
		return nil
	}
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-h.quit:
		return nil
	}
}

// start runs functions that join waits for, unless the hub is closed.
func (h *brokerHub) start(functions ...func()) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closing {
		return false
	}
	h.streams.Add(len(functions))
	for _, f := range functions {
		go func() {
			defer h.streams.Done()
			f()
		}()
	}
	return true
}

func (h *brokerHub) receive(ctx context.Context, s wire.BrokerStream) error {
	for {
		info, err := s.Recv()
		if err != nil {
			return err
		}
		select {
		case h.in <- info:
		case <-ctx.Done():
			return ctx.Err()
		case <-h.quit:
			return nil
		}
	}
}

func (h *brokerHub) transmit(ctx context.Context, s wire.BrokerStream) error {
	for {
		select {
		case out := <-h.out:
			err := s.Send(out.info)
			out.done <- err
			if err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		case <-h.quit:
			return nil
		}
	}
}

// close ends all sending and receiving. Calling it again is fine.
func (h *brokerHub) close() {
	h.once.Do(func() {
		h.mu.Lock()
		h.closing = true
		h.mu.Unlock()
		close(h.quit)
	})
}

// join waits for the goroutines of the streams, after close, and when the connections
// that carry the streams are closed.
func (h *brokerHub) join() { h.streams.Wait() }
