package goplugin

import (
	"io"
	"net"
	"testing"
)

// A plugin that ends the connection at its first bytes, since it takes them for something
// else, fails the first use and not now and then the making of a client.
func TestRPCClientOfAConnectionThatEnds(t *testing.T) {
	host, plugin := net.Pipe()
	go func() {
		io.ReadFull(plugin, make([]byte, 12)) // the header that opens the first stream
		plugin.Close()
	}()
	client, err := NewRPCClient(host, nil)
	if err != nil {
		t.Fatalf("NewRPCClient: %v", err)
	}
	client.SyncStreams(io.Discard, io.Discard)
	if err := client.Ping(); err == nil {
		t.Error("Ping was answered by nobody")
	}
	if err := client.Close(); err == nil {
		t.Error("Close was answered by nobody")
	}
}
