package goplugin

import (
	"context"
	"encoding/binary"
	"fmt"
	"log"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/yamux"
	"github.com/tenon-dev/tenon/compat-goplugin/internal/meet"
	"github.com/tenon-dev/tenon/compat-goplugin/internal/mux"
)

// A MuxBroker opens further connections between a host and its net/rpc plugin, each
// known by a number that one side chooses with NextId and tells the other one in a
// call. Each connection is a stream of the one connection of the plugin. All methods
// may be called concurrently. The mutex is not used by this package.
type MuxBroker struct {
	sync.Mutex
	_ [0]func() // not comparable, as the original is not

	nextID   atomic.Uint32
	session  *yamux.Session
	arrived  *meet.Point[net.Conn]
	refusals mux.Refusals
	greets   sync.WaitGroup
	room     chan struct{} // has an element for each stream that has not said its number
}

const (
	// greetLimit bounds how many streams may not have said yet what they are for; further
	// ones wait in yamux. arrivedLimit bounds how many have said it and wait to be
	// accepted: each holds up to a window of what the other side has sent.
	greetLimit   = 128
	arrivedLimit = 256

	// dialWait bounds how long a Dial waits for the other side's Accept, which may
	// itself wait up to [meet.Wait].
	dialWait = 2 * meet.Wait
)

func newMuxBroker(session *yamux.Session) *MuxBroker {
	m := &MuxBroker{session: session, room: make(chan struct{}, greetLimit)}
	m.arrived = meet.New(arrivedLimit, m.refuse)
	return m
}

// refuse closes a connection that nobody has accepted.
func (m *MuxBroker) refuse(conn net.Conn) {
	if m.refusals.Refuse(conn) {
		m.session.Close()
		log.Printf("[ERR] plugin: the other side dials brokered connections that nobody accepts; it is disconnected")
	}
}

// Accept waits up to five seconds for the other side to dial id.
func (m *MuxBroker) Accept(id uint32) (net.Conn, error) {
	conn, err := m.arrived.Take(context.Background(), id)
	if err != nil {
		return nil, fmt.Errorf("timeout waiting for accept: nobody dialled the brokered connection %d: %w", id, err)
	}
	if err := writeID(conn, id); err != nil {
		conn.Close()
		return nil, fmt.Errorf("answer the dialling of the brokered connection %d: %w", id, err)
	}
	return conn, nil
}

// AcceptAndServe accepts id and serves v on it, under the name "Plugin", until the
// other side hangs up. It logs errors.
func (m *MuxBroker) AcceptAndServe(id uint32, v interface{}) {
	conn, err := m.Accept(id)
	if err != nil {
		log.Printf("[ERR] plugin: %v", err)
		return
	}
	serveReceiver(conn, v)
}

// Close closes the connection of the plugin, and all that the broker made of it.
func (m *MuxBroker) Close() error {
	err := m.session.Close()
	m.arrived.Close()
	return err
}

// Dial opens the connection id, for which the other side calls Accept. It waits for
// that for at most ten seconds.
func (m *MuxBroker) Dial(id uint32) (net.Conn, error) {
	stream, err := m.session.OpenStream()
	if err != nil {
		return nil, err
	}
	stream.SetDeadline(time.Now().Add(dialWait))
	if err := writeID(stream, id); err != nil {
		stream.Close()
		return nil, err
	}
	ack, err := readID(stream)
	if err != nil {
		stream.Close()
		return nil, err
	}
	if ack != id {
		stream.Close()
		return nil, fmt.Errorf("the brokered connection %d was dialled, and %d answered", id, ack)
	}
	stream.SetDeadline(time.Time{})
	return stream, nil
}

// NextId returns a number that this side has not used yet.
func (m *MuxBroker) NextId() uint32 { return m.nextID.Add(1) }

// Run accepts what the other side dials until the connection ends. The package calls
// it; users of a broker need not.
func (m *MuxBroker) Run() {
	defer m.arrived.Close()
	defer m.greets.Wait()
	for {
		stream, err := m.session.AcceptStream()
		if err != nil {
			return
		}
		m.room <- struct{}{} // each greeting ends, with the session at the latest
		m.greets.Add(1)
		go func() {
			defer m.greets.Done()
			defer func() { <-m.room }()
			m.greet(stream)
		}()
	}
}

// greet reads what a stream is for. A peer that does not say it holds up nobody else.
func (m *MuxBroker) greet(stream net.Conn) {
	stream.SetReadDeadline(time.Now().Add(meet.Wait))
	id, err := readID(stream)
	if err != nil {
		m.refuse(stream)
		return
	}
	stream.SetReadDeadline(time.Time{})
	m.arrived.Put(id, stream)
}

func writeID(conn net.Conn, id uint32) error {
	_, err := conn.Write(binary.LittleEndian.AppendUint32(nil, id))
	return err
}

func readID(conn net.Conn) (uint32, error) {
	var id uint32
	err := binary.Read(conn, binary.LittleEndian, &id)
	return id, err
}
