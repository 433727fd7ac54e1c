//go:build !unix

package muxlink

import "net"

// nonBlocking has no way to ask here: every write is left to the goroutine.
func nonBlocking(net.Conn) func([][]byte) (int, error) { return nil }
