package proof

import (
	"context"
	"net"
	"sync"
)

// atOnce is how many connections may be about to prove themselves at a time. Others
// wait in the system's queue, no longer than Timeout for the next free place.
const atOnce = 16

// A Gate lets each connection to a socket prove itself, many at a time: who says
// nothing, or does not know the secret, is turned away and keeps nobody out. It owns the
// socket. Its methods may be called concurrently.
type Gate struct {
	socket net.Listener
	secret []byte
	admit  func(net.Conn) error
	passed chan arrival
	ctx    context.Context // ends with Close
	close  func() error
}

// An arrival is a connection that was proven, or why the socket has none.
type arrival struct {
	conn net.Conn
	err  error
}

// NewGate opens a gate before socket. admit refuses connections whatever they know:
// those of other users.
func NewGate(socket net.Listener, secret []byte, admit func(net.Conn) error) *Gate {
	ctx, cancel := context.WithCancel(context.Background())
	g := &Gate{socket: socket, secret: secret, admit: admit, passed: make(chan arrival), ctx: ctx}
	var all sync.WaitGroup // without its method Go, since compat-goplugin's facade builds with Go 1.24
	g.close = sync.OnceValue(func() error {
		cancel()
		err := socket.Close()
		all.Wait()
		return err
	})
	all.Add(1)
	go func() {
		defer all.Done()
		g.run(&all)
	}()
	return g
}

// run accepts connections until Close. An error is handed on as connections are, so that
// the socket is not asked again before somebody has taken note.
func (g *Gate) run(all *sync.WaitGroup) {
	places := make(chan struct{}, atOnce)
	for {
		select {
		case places <- struct{}{}:
		case <-g.ctx.Done():
			return
		}
		conn, err := g.socket.Accept()
		if err != nil {
			<-places
			if !g.hand(arrival{err: err}) {
				return
			}
			continue
		}
		all.Add(1)
		go func() {
			defer all.Done()
			defer func() { <-places }()
			if g.admit(conn) != nil || AsPlugin(g.ctx, conn, g.secret, Timeout) != nil || !g.hand(arrival{conn: conn}) {
				conn.Close()
			}
		}()
	}
}

// hand gives a to who calls Accept. It reports false after Close.
func (g *Gate) hand(a arrival) bool {
	select {
	case g.passed <- a:
		return true
	case <-g.ctx.Done():
		return false
	}
}

// Accept waits for the next connection that was proven. The error matches ctx.Err() or,
// after Close, [net.ErrClosed].
func (g *Gate) Accept(ctx context.Context) (net.Conn, error) {
	select {
	case a := <-g.passed:
		return a.conn, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-g.ctx.Done():
		return nil, net.ErrClosed
	}
}

// Close closes the socket and all connections that Accept has not returned, and waits
// until nothing of the gate runs. Calling it again is fine.
func (g *Gate) Close() error { return g.close() }
