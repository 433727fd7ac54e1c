package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"strings"

	"github.com/tenon-dev/tenon/core/transport"
)

// multiplexerAttacks break the rules of the transport below the engine, which its own
// library would not do for an attacker.
func multiplexerAttacks() []attack {
	const broke = "the peer broke the (yamux |smux )?protocol|after it broke the protocol"
	return []attack{
		{name: "million-streams", want: broke, what: "a million streams, opened as fast as may be", flood: func(w *mux) error {
			for i := range uint32(1_000_000) {
				if err := w.open(2*i + w.first()); err != nil {
					return err
				}
			}
			return errors.Join(w.flush(), w.hold())
		}},
		{name: "filled-streams", want: broke, what: "thousands of streams, each with 200 KiB that nobody reads", flood: func(w *mux) error {
			body := make([]byte, 50<<10)
			for i := range uint32(5000) {
				id := 2*i + w.first()
				if err := w.open(id); err != nil {
					return err
				}
				for range 4 {
					if err := w.data(id, body); err != nil {
						return err
					}
				}
			}
			return errors.Join(w.flush(), w.hold())
		}},
		{name: "overrun-window", want: broke, what: "1 GB on one stream that nobody reads, whatever its window", flood: func(w *mux) error {
			id, body := w.first(), make([]byte, 50<<10)
			if err := w.open(id); err != nil {
				return err
			}
			for range 20_000 {
				if err := w.data(id, body); err != nil {
					return err
				}
			}
			return errors.Join(w.flush(), w.hold())
		}},
		{name: "unread-crumbs", over: "smux/", want: broke, what: "streams that are filled byte by byte, and one of them with more than its window", flood: func(w *mux) error {
			const streams, window = 20, 256 << 10
			for i := range uint32(streams) {
				id, head := 2*i+w.first(), binary.BigEndian.AppendUint64([]byte{kindFlow}, uint64(i+1))
				if err := errors.Join(w.open(id), w.data(id, head)); err != nil {
					return err
				}
				for range window - len(head) {
					if err := w.data(id, []byte{0}); err != nil {
						return err
					}
				}
			}
			return errors.Join(w.data(w.first(), make([]byte, 64)), w.flush(), w.hold())
		}},
		{name: "multiplexer-pings", over: "yamux/", want: broke, what: "pings of the transport without end, of which no answer is read", flood: func(w *mux) error {
			pings := bytes.Repeat([]byte{0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7}, 5000)
			for range 1000 {
				if _, err := w.link.Write(pings); err != nil {
					return err
				}
			}
			return w.hold()
		}},
		{name: "multiplexer-garbage", want: broke, what: "bytes that are no frames of the transport", flood: func(w *mux) error {
			_, err := w.link.Write([]byte(strings.Repeat("GET / HTTP/1.1\r\n", 1000)))
			return errors.Join(err, w.hold())
		}},
	}
}

// A mux writes frames of a transport by hand.
type mux struct {
	link net.Conn
	side transport.Side
	name string // of the transport
	buf  []byte
}

// first returns the first number that a stream of this side may have.
func (m *mux) first() uint32 {
	if m.side == transport.Host {
		return 1
	}
	return 2
}

// open opens a stream with the byte that says that it is a flow.
func (m *mux) open(id uint32) error {
	switch {
	case strings.HasPrefix(m.name, "direct/"):
		return m.add([]byte{1, 0, 0, 1, byte(id >> 24), byte(id >> 16), byte(id >> 8), byte(id), kindFlow})
	case strings.HasPrefix(m.name, "yamux/"): // a window update with SYN
		return m.add(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte{0, 1, 0, 1}, id), 0))
	default: // smux: SYN
		return m.add(binary.LittleEndian.AppendUint32([]byte{2, 0, 0, 0}, id))
	}
}

// data sends bytes on a stream.
func (m *mux) data(id uint32, body []byte) error {
	n := uint32(len(body))
	var head []byte
	switch {
	case strings.HasPrefix(m.name, "direct/"):
		head = binary.BigEndian.AppendUint32([]byte{2, byte(n >> 16), byte(n >> 8), byte(n)}, id)
	case strings.HasPrefix(m.name, "yamux/"):
		head = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte{0, 0, 0, 0}, id), n)
	default: // smux: PSH
		head = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint16([]byte{2, 2}, uint16(n)), id)
	}
	return m.add(append(head, body...))
}

func (m *mux) add(b []byte) error {
	if m.buf = append(m.buf, b...); len(m.buf) < 64<<10 {
		return nil
	}
	return m.flush()
}

func (m *mux) flush() error {
	_, err := m.link.Write(m.buf)
	m.buf = m.buf[:0]
	return err
}

// hold keeps the link for as long as the other side does.
func (m *mux) hold() error {
	return hold(m.link, nil)
}
