package unixtransport

import (
	"crypto/tls"
	"net"
	"path/filepath"
	"testing"

	"github.com/tenon-dev/tenon/core/transport/transporttest"
)

// TestConformance holds the driver to the contract, over a pair of sockets and
// over a socket that was dialled.
func TestConformance(t *testing.T) {
	dir := t.TempDir()
	links := append(transporttest.Links(), transporttest.Link{
		Name: "unix",
		Make: func() (host, plugin net.Conn, err error) { return dialled("unix", filepath.Join(dir, "s")) },
	})
	transporttest.Run(t, New(), transporttest.Options{Links: links})
}

func dialled(network, address string) (host, plugin net.Conn, err error) {
	l, err := net.Listen(network, address)
	if err != nil {
		return nil, nil, err
	}
	defer l.Close()
	if host, err = net.Dial(network, l.Addr().String()); err != nil {
		return nil, nil, err
	}
	if plugin, err = l.Accept(); err != nil {
		host.Close()
		return nil, nil, err
	}
	return host, plugin, nil
}

func TestSupportsUnixStreamsOnly(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct {
		network, address string
		want             bool
	}{
		{"unix", filepath.Join(dir, "stream"), true},
		{"unixpacket", filepath.Join(dir, "packet"), false},
		{"tcp", "127.0.0.1:0", false},
	} {
		host, plugin, err := dialled(tt.network, tt.address)
		if err != nil {
			t.Fatal(err)
		}
		defer host.Close()
		defer plugin.Close()
		for _, link := range []net.Conn{host, plugin} {
			if got := New().Supports(link); got != tt.want {
				t.Errorf("Supports of a %s link = %v, want %v", tt.network, got, tt.want)
			}
			if New().Supports(tls.Client(link, nil)) || New().Supports(struct{ net.Conn }{link}) {
				t.Errorf("Supports of something around a %s link = true", tt.network)
			}
		}
	}
	a, b := socketLink(t)
	if !New().Supports(a) || !New().Supports(b) {
		t.Error("Supports of a pair of sockets = false")
	}
	gram, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Net: "unixgram", Name: filepath.Join(dir, "gram")})
	if err != nil {
		t.Fatal(err)
	}
	defer gram.Close()
	if New().Supports(gram) {
		t.Error("Supports of a unixgram socket = true")
	}
}
