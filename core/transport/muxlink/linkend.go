package muxlink

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
)

// PeerGone reports whether err is what a link says when its other end was closed, or its
// process ended.
func PeerGone(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.ErrClosedPipe) ||
		errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET)
}

// LinkEnd translates the error with which reading or writing a link ended: where the peer
// is gone, the result matches [io.EOF] and err, else err. A peer that closes while bytes
// to it are under way looks like a reset to the kernel, and is an orderly end all the
// same, unless bytes of a frame are missing.
func LinkEnd(err error, midFrame bool) error {
	switch {
	case midFrame && PeerGone(err):
		return fmt.Errorf("link ended in the middle of a frame: %w", errors.Join(io.EOF, err))
	case err == io.EOF:
		return err
	case PeerGone(err):
		return fmt.Errorf("link ended: %w", errors.Join(io.EOF, err))
	default:
		return fmt.Errorf("link broke: %w", err)
	}
}

// IsStream reports whether link is a stream of bytes, as far as its address says, which
// is all that a multiplexer needs of it.
func IsStream(link net.Conn) bool {
	if link == nil {
		return false
	}
	addr := link.LocalAddr()
	if addr == nil {
		return true
	}
	switch network := addr.Network(); {
	case network == "unixgram", network == "unixpacket",
		strings.HasPrefix(network, "udp"), strings.HasPrefix(network, "ip"):
		return false
	}
	return true
}
