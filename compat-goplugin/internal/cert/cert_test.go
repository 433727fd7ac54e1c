package cert

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"testing"
)

// handshake returns what each side made of it.
func handshake(t *testing.T, client, server *tls.Config) (clientErr, serverErr error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") // a net.Pipe has no room for what both sides say at once
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	a, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	b, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	done := make(chan error, 1)
	go func() {
		s := tls.Server(b, server)
		err := s.Handshake()
		if err == nil {
			_, err = s.Read(make([]byte, 1))
		}
		b.Close()
		done <- err
	}()
	c := tls.Client(a, client)
	clientErr = c.Handshake()
	if clientErr == nil {
		_, clientErr = c.Write([]byte("x"))
	}
	a.Close()
	return clientErr, <-done
}

func TestPairsKnowEachOther(t *testing.T) {
	host, plugin, stranger := pair(t), pair(t), pair(t)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(host.PEM())
	server := plugin.Config(pool)
	trusting, err := Trust(host.Config(nil), plugin.TLS.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	if c, s := handshake(t, trusting, server); c != nil || s != nil {
		t.Errorf("client %v, server %v", c, s)
	}
	// A broker turns the roles around.
	if c, s := handshake(t, server, trusting); c != nil || s != nil {
		t.Errorf("the other way round: client %v, server %v", c, s)
	}
	wrong, err := Trust(stranger.Config(nil), plugin.TLS.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	if _, s := handshake(t, wrong, server); s == nil {
		t.Error("a stranger was let in")
	}
	wrong, err = Trust(host.Config(nil), stranger.TLS.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	if c, _ := handshake(t, wrong, server); c == nil {
		t.Error("a host trusted another plugin than its own")
	}
}

func TestTrustRefusesGarbage(t *testing.T) {
	if _, err := Trust(&tls.Config{}, []byte("garbage")); err == nil {
		t.Error("garbage was trusted")
	}
}

func pair(t *testing.T) Pair {
	t.Helper()
	p, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return p
}
