package smuxtransport

import (
	"net"
	"testing"

	"github.com/tenon-dev/tenon/core/transport/transporttest"
)

// TestConformance holds the driver to the contract.
func TestConformance(t *testing.T) { transporttest.Run(t, New()) }

func TestStreamBufferBounds(t *testing.T) {
	for _, tt := range []struct{ ask, want int }{{0, minBuffer}, {-1, minBuffer}, {1 << 20, 1 << 20}, {1 << 40, maxBuffer}} {
		if got := New(StreamBuffer(tt.ask)).(driver).buffer; got != tt.want {
			t.Errorf("StreamBuffer(%d) is %d, want %d", tt.ask, got, tt.want)
		}
	}
	if got := New().(driver).buffer; got != defaultBuffer {
		t.Errorf("by default it is %d, want %d", got, defaultBuffer)
	}
}

func TestSupports(t *testing.T) {
	for network, want := range map[string]bool{"unix": true, "tcp": true, "tcp4": true, "pipe": true, "udp": false, "udp6": false, "unixgram": false, "unixpacket": false, "ip4:icmp": false} {
		if got := New().Supports(addressed{network: network}); got != want {
			t.Errorf("Supports(%s) = %v, want %v", network, got, want)
		}
	}
	if New().Supports(nil) {
		t.Error("Supports(nil) = true")
	}
}

type addressed struct {
	net.Conn
	network string
}

func (a addressed) LocalAddr() net.Addr { return a }
func (a addressed) Network() string     { return a.network }
func (a addressed) String() string      { return "" }
