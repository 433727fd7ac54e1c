package rawecho

import (
	"io"
	"net"

	"github.com/tenon-dev/tenon/tools/bench/internal/child"
	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

// Serve is the program of [Raw]. It returns when it cannot listen, and otherwise
// ends with the host.
func Serve() error {
	l, err := child.Listen()
	if err != nil {
		return err
	}
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		go serve(conn) // ends with the connection
	}
}

// serve reads what is asked for, and does it.
func serve(conn net.Conn) error {
	defer conn.Close()
	r, err := readRequest(conn)
	if err != nil {
		return err
	}
	b := make([]byte, r.size)
	switch r.kind {
	case subject.Down:
		return pour(conn, b)
	case subject.Up:
		return drink(conn, b)
	}
	for {
		if _, err := io.ReadFull(conn, b); err != nil {
			return err
		}
		if _, err := conn.Write(b); err != nil {
			return err
		}
	}
}
