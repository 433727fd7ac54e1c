package rawecho

import (
	"encoding/binary"
	"fmt"
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
		go echo(conn) // ends with the connection
	}
}

// echo reads how many bytes one message has, and then sends back each.
func echo(conn net.Conn) error {
	defer conn.Close()
	var head [4]byte
	if _, err := io.ReadFull(conn, head[:]); err != nil {
		return err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n == 0 || n > subject.MaxSize {
		return fmt.Errorf("a message of %d bytes is announced, between 1 and %d are possible", n, subject.MaxSize)
	}
	b := make([]byte, n)
	for {
		if _, err := io.ReadFull(conn, b); err != nil {
			return err
		}
		if _, err := conn.Write(b); err != nil {
			return err
		}
	}
}
