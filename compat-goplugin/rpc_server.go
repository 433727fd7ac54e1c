package goplugin

import (
	"errors"
	"io"
	"log"
	"net"
	"net/rpc"
	"sync"
	"time"

	"github.com/hashicorp/yamux"
	"github.com/tenon-dev/tenon/compat-goplugin/internal/mux"
)

// RPCServer is the plugin's side of net/rpc. Its fields are set before it is used, and
// not touched afterwards.
type RPCServer struct {
	Plugins map[string]Plugin

	// Stdout and Stderr are what a host gets as the plugin's output.
	Stdout io.Reader
	Stderr io.Reader

	// DoneCh, if set, is closed when the host has asked the plugin to end, or the
	// listener was closed.
	DoneCh chan<- struct{}

	lock     sync.Mutex
	sessions map[*yamux.Session]bool
	serving  sync.WaitGroup
}

// Init does nothing.
func (s *RPCServer) Init() error { return nil }

// Config returns "".
func (s *RPCServer) Config() string { return "" }

// Serve serves the connections of a listener until that is closed. Then it closes
// DoneCh, while connections may live on.
func (s *RPCServer) Serve(lis net.Listener) {
	defer s.done()
	for {
		conn, err := lis.Accept()
		if err != nil {
			if !errors.Is(err, net.ErrClosed) {
				log.Printf("[ERR] plugin: accept a host's connection: %v", err)
			}
			return
		}
		s.serving.Add(1)
		go func() { // it ends with the connection, see hangUp
			defer s.serving.Done()
			s.ServeConn(conn)
		}()
	}
}

// ServeConn serves one connection, which it owns, until the host hangs up.
func (s *RPCServer) ServeConn(conn io.ReadWriteCloser) {
	session, err := yamux.Server(conn, mux.Config(silent()))
	if err != nil {
		conn.Close()
		log.Printf("[ERR] plugin: serve a connection: %v", err)
		return
	}
	s.note(session, true)
	defer s.note(session, false)
	defer session.Close()
	var streams [3]net.Conn // control, stdout, stderr
	for i := range streams {
		if streams[i], err = session.Accept(); err != nil {
			if i > 0 || err != io.EOF {
				log.Printf("[ERR] plugin: the host did not open its streams: %v", err)
			}
			return
		}
	}
	for _, s := range []struct {
		to   net.Conn
		from io.Reader
	}{{streams[1], s.Stdout}, {streams[2], s.Stderr}} {
		if s.from != nil {
			// It ends when the connection or the source does, which nobody can join:
			// the source may be a pipe that is never written to again.
			go io.Copy(s.to, s.from)
		}
	}
	broker := newMuxBroker(session)
	brokering := make(chan struct{})
	go func() {
		defer close(brokering)
		broker.Run()
	}()
	server := rpc.NewServer()
	hungUp := make(chan struct{})
	server.RegisterName("Control", &controlReceiver{quit: sync.OnceFunc(func() { go s.quit(hungUp) })})
	server.RegisterName("Dispenser", &dispenseReceiver{broker: broker, plugins: s.Plugins})
	server.ServeConn(streams[0])
	waitFor(session.CloseChan(), quitWait) // go-plugin's host closes three more streams first
	close(hungUp)
	broker.Close()
	<-brokering
}

// quitWait is how long a host may take to hang up after the answer that it asked for:
// the plugin must not be gone before the answer is out, nor while the host closes its
// streams one by one, which it reports when it fails.
const quitWait = 500 * time.Millisecond

// quit ends the server when the host has its answer.
func (s *RPCServer) quit(hungUp <-chan struct{}) {
	timer := time.NewTimer(quitWait)
	defer timer.Stop()
	select {
	case <-hungUp:
	case <-timer.C:
	}
	s.done()
}

// note remembers the sessions that are open.
func (s *RPCServer) note(session *yamux.Session, open bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.sessions == nil {
		s.sessions = make(map[*yamux.Session]bool)
	}
	if open {
		s.sessions[session] = true
	} else {
		delete(s.sessions, session)
	}
}

// hangUp ends the connections that are open, after the end of Serve.
func (s *RPCServer) hangUp() {
	s.lock.Lock()
	open := make([]*yamux.Session, 0, len(s.sessions))
	for session := range s.sessions {
		open = append(open, session)
	}
	s.lock.Unlock()
	for _, session := range open {
		session.Close()
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.serving.Wait()
	}()
	waitFor(ended, graceWait) // what the plugin serves may take longer
}

func (s *RPCServer) done() {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.DoneCh != nil {
		close(s.DoneCh)
		s.DoneCh = nil
	}
}

// controlReceiver is served under the name "Control".
type controlReceiver struct{ quit func() }

// Ping answers.
func (c *controlReceiver) Ping(_ bool, _ *struct{}) error { return nil }

// Quit agrees to end.
func (c *controlReceiver) Quit(_ bool, _ *struct{}) error {
	c.quit()
	return nil
}

// dispenseReceiver is served under the name "Dispenser".
type dispenseReceiver struct {
	broker  *MuxBroker
	plugins map[string]Plugin
}

// Dispense makes the plugin of that name and returns the number of the brokered
// connection on which it is served.
func (d *dispenseReceiver) Dispense(name string, id *uint32) error {
	p, ok := d.plugins[name]
	if !ok {
		return unknownPlugin(name)
	}
	v, err := p.Server(d.broker)
	if err != nil {
		return err
	}
	*id = d.broker.NextId()
	go d.broker.AcceptAndServe(*id, v) // it ends with the connection, or when the host does not dial
	return nil
}

// serveReceiver serves v under the name "Plugin" until the other side hangs up.
func serveReceiver(conn net.Conn, v any) {
	server := rpc.NewServer()
	if err := server.RegisterName("Plugin", v); err != nil {
		log.Printf("[ERR] plugin: serve a %T: %v", v, err)
		conn.Close()
		return
	}
	server.ServeConn(conn)
}
