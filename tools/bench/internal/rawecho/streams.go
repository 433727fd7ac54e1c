package rawecho

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"slices"

	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

// kinds are the kinds of work by their number on the wire.
var kinds = []subject.Kind{subject.Echo, subject.Down, subject.Up}

// A request is the first thing on each socket.
type request struct {
	kind subject.Kind
	size int // of one message
}

const requestSize = 5

func (r request) bytes() []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(r.size))
	return append(b, byte(slices.Index(kinds, r.kind)))
}

func readRequest(conn net.Conn) (r request, err error) {
	var b [requestSize]byte
	if _, err := io.ReadFull(conn, b[:]); err != nil {
		return r, err
	}
	n := binary.BigEndian.Uint32(b[:4])
	if n == 0 || n > subject.MaxSize || int(b[4]) >= len(kinds) {
		return r, fmt.Errorf("a message of %d bytes and of kind %d is announced: between 1 byte and %d are possible, and %d kinds", n, b[4], subject.MaxSize, len(kinds))
	}
	return request{kinds[b[4]], int(n)}, nil
}

// streaming is a loop of writes on one side of a socket, and of reads on the other.
func (s *session) streaming(ctx context.Context, w subject.Work) (subject.Call, func(), error) {
	kind := w.Kind
	if kind == subject.Reader {
		kind = subject.Down // a socket knows no messages
	}
	if !slices.Contains(kinds, kind) {
		return nil, nil, subject.ErrNoSuchWork
	}
	conn, err := s.Dial(ctx)
	if err != nil {
		return nil, nil, err
	}
	if !s.add(conn) {
		return nil, nil, net.ErrClosed
	}
	if _, err := conn.Write((request{kind, w.Size}).bytes()); err != nil {
		s.drop(conn)
		return nil, nil, err
	}
	b := make([]byte, w.Size)
	call := func(context.Context) error {
		for range w.Messages() {
			var err error
			if kind == subject.Up {
				_, err = conn.Write(w.Data)
			} else {
				_, err = io.ReadFull(conn, b)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	return call, func() { s.drop(conn) }, nil
}

// pour writes messages until the host has had enough.
func pour(conn net.Conn, b []byte) error {
	for {
		if _, err := conn.Write(b); err != nil {
			return err
		}
	}
}

// drink reads messages until the host closes.
func drink(conn net.Conn, b []byte) error {
	for {
		if _, err := io.ReadFull(conn, b); err != nil {
			return err
		}
	}
}
