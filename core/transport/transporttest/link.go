package transporttest

import (
	"fmt"
	"net"

	"github.com/tenon-dev/tenon/core/transport"
)

// A Link is a way to make pairs of connected links for the suite.
type Link struct {
	// Name is the name of the subtest.
	Name string

	// Make returns the two ends of a new link. The suite closes both.
	Make func() (host, plugin net.Conn, err error)

	// slow marks links that are too slow for cases that move megabytes.
	slow bool
}

// socketpair is the name of the link that plugins have on Unix systems.
const socketpair = "socketpair"

// Links returns the links that [Run] uses by default: an unnamed pair of unix
// sockets where the system has them, a loopback TCP connection, a [net.Pipe],
// and a pipe that delivers a byte or two at a time with pauses.
func Links() []Link {
	links := systemLinks()
	links = append(links,
		Link{Name: "tcp", Make: tcpPair},
		Link{Name: "pipe", Make: memoryPair},
		Link{Name: "trickle", Make: tricklePair, slow: true},
	)
	return links
}

func (l Link) supportedBy(tr transport.Transport) (bool, error) {
	a, b, err := l.Make()
	if err != nil {
		return false, err
	}
	defer a.Close()
	defer b.Close()
	return tr.Supports(a) && tr.Supports(b), nil
}

func memoryPair() (host, plugin net.Conn, err error) {
	host, plugin = net.Pipe()
	return host, plugin, nil
}

func tcpPair() (host, plugin net.Conn, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, fmt.Errorf("listen on loopback: %w", err)
	}
	defer l.Close()
	// The kernel completes the connection from the backlog, so that dialling
	// before accepting cannot deadlock.
	host, err = net.Dial("tcp", l.Addr().String())
	if err != nil {
		return nil, nil, fmt.Errorf("dial loopback: %w", err)
	}
	plugin, err = l.Accept()
	if err != nil {
		host.Close()
		return nil, nil, fmt.Errorf("accept on loopback: %w", err)
	}
	return host, plugin, nil
}

func tricklePair() (host, plugin net.Conn, err error) {
	a, b := net.Pipe()
	return newFaultyConn(a, faults{maxRead: 2, maxWrite: 3, pauseEvery: 61}), newFaultyConn(b, faults{maxRead: 1, maxWrite: 7, pauseEvery: 67}), nil
}
