package smuxtransport

import (
	"errors"
	"io"
	"math"
	"net"
	"testing"

	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/transporttest"
)

// TestConformance holds the driver to the contract.
func TestConformance(t *testing.T) { transporttest.Run(t, New()) }

// TestShare checks that all streams that can be full at a time fit into what the
// library may hold, and that a number which does not is refused.
func TestShare(t *testing.T) {
	for _, tt := range []struct {
		streams, buffer, each int
		ok                    bool
	}{
		{transport.DefaultMaxStreams, defaultBuffer, defaultBuffer, true},
		{1, maxBuffer, math.MaxInt32 / 257, true},
		{10_000, defaultBuffer, math.MaxInt32 / 30_000, true},
		{43_000, defaultBuffer, math.MaxInt32 / 129_000, true},
		{44_000, defaultBuffer, 0, false},
	} {
		each, total, err := share(tt.streams, tt.buffer)
		if (err == nil) != tt.ok || each != tt.each {
			t.Errorf("share(%d, %d) = %d, %v, want %d, and no error: %v", tt.streams, tt.buffer, each, err, tt.each, tt.ok)
		}
		if tt.ok && (total < 3*tt.streams*each || total > math.MaxInt32) {
			t.Errorf("share(%d, %d): %d streams of %d bytes do not fit into %d", tt.streams, tt.buffer, 3*tt.streams, each, total)
		}
	}
}

func TestTooManyStreamsForOneSession(t *testing.T) {
	a, b := net.Pipe()
	defer b.Close()
	s, err := New().Session(a, transport.Config{MaxStreams: 1 << 20})
	if err == nil || s != nil {
		t.Fatalf("Session = %v, %v, want an error and nothing else", s, err)
	}
	if _, err := a.Read(make([]byte, 1)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("the link was not closed: Read says %v", err)
	}
}

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
