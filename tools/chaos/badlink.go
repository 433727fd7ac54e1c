package main

import (
	"context"
	"net"
	"sync"

	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/transport"
)

// A badLink is a link that something can be done to. It stands between the host
// and the socket, so that the host sees what a cut or a stall looks like.
type badLink struct {
	net.Conn

	mu      sync.Mutex
	stalled chan struct{} // closed when the stall is over; nil: there is none
	closed  chan struct{}
	once    sync.Once
}

// badLauncher wraps the link of what a launcher starts. A transport that runs over
// a socket only gets that, and then all that the link itself can do is close it.
func badLauncher(l launch.Launcher, over transport.Transport, use func(link *badLink, wrapped bool)) launch.Launcher {
	return launch.Func(func(ctx context.Context, req launch.Request) (launch.Process, error) {
		p, err := l.Launch(ctx, req)
		if err != nil {
			return nil, err
		}
		link := &badLink{Conn: p.Link(), closed: make(chan struct{})}
		wrapped := over.Supports(link)
		use(link, wrapped)
		if !wrapped {
			return p, nil
		}
		return badProcess{p, link}, nil
	})
}

type badProcess struct {
	launch.Process
	link *badLink
}

func (p badProcess) Link() net.Conn { return p.link }

// stall holds up reading and writing until the function that it returns is called.
func (b *badLink) stall() (resume func()) {
	over := make(chan struct{})
	b.mu.Lock()
	b.stalled = over
	b.mu.Unlock()
	return func() {
		b.mu.Lock()
		b.stalled = nil
		b.mu.Unlock()
		close(over)
	}
}

// wait waits while the link is stalled.
func (b *badLink) wait() {
	b.mu.Lock()
	stalled := b.stalled
	b.mu.Unlock()
	if stalled == nil {
		return
	}
	select {
	case <-stalled:
	case <-b.closed:
	}
}

func (b *badLink) Read(p []byte) (int, error) {
	n, err := b.Conn.Read(p)
	b.wait()
	return n, err
}

func (b *badLink) Write(p []byte) (int, error) {
	b.wait()
	return b.Conn.Write(p)
}

func (b *badLink) Close() error {
	b.once.Do(func() { close(b.closed) })
	return b.Conn.Close()
}
