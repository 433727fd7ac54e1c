package unixtransport

import (
	"errors"
	"net"
	"runtime"
	"testing"

	"github.com/tenon-dev/tenon/core/transport"
)

func TestSupports(t *testing.T) {
	a, b := net.Pipe()
	defer b.Close()
	for _, link := range []net.Conn{nil, (*net.UnixConn)(nil), a} {
		if New().Supports(link) {
			t.Errorf("Supports(%T) = true", link)
		}
	}
	s, err := New().Session(a, transport.Config{})
	if s != nil || !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("Session over a %T: %v, %v, want an error that matches errors.ErrUnsupported", a, s, err)
	}
	if _, err := a.Write([]byte{0}); err == nil {
		t.Error("Session returned an error and left its link open")
	}
	if _, err := New().Session(nil, transport.Config{}); err == nil {
		t.Error("Session over no link returned no error")
	}
	if name := New().Name(); name != "unix/1" {
		t.Errorf("Name is %q on %s", name, runtime.GOOS)
	}
}

func TestBufferBounds(t *testing.T) {
	for _, tt := range []struct{ ask, want int }{{0, leastBuffer}, {-1, leastBuffer}, {1 << 20, 1 << 20}, {1 << 40, mostBuffer}} {
		if got := New(SendBuffer(tt.ask)).(driver).buffer; got != tt.want {
			t.Errorf("SendBuffer(%d) is %d, want %d", tt.ask, got, tt.want)
		}
	}
	if got := New().(driver).buffer; got != defaultBuffer {
		t.Errorf("by default it is %d, want %d", got, defaultBuffer)
	}
}
