package directtransport

import (
	"context"
	"io"
	"net"
	"testing"

	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/transporttest"
)

// socketPair returns a link of the fastest kind that the system has.
func socketPair(tb testing.TB) (a, b net.Conn) {
	tb.Helper()
	a, b, err := transporttest.Links()[0].Make()
	if err != nil {
		tb.Fatal(err)
	}
	return a, b
}

func pairOf(tb testing.TB, a, b net.Conn) (host, plugin transport.Session) {
	host, _ = New().Session(a, transport.Config{Side: transport.Host})
	plugin, _ = New().Session(b, transport.Config{Side: transport.Plugin})
	tb.Cleanup(func() {
		host.Close()
		plugin.Close()
	})
	return host, plugin
}

func connect(tb testing.TB, from, to transport.Session) (opened, accepted transport.Stream) {
	tb.Helper()
	opened, err := from.Open(context.Background())
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := opened.Write([]byte{'!'}); err != nil {
		tb.Fatal(err)
	}
	accepted, err = to.Accept(context.Background())
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := io.ReadFull(accepted, make([]byte, 1)); err != nil {
		tb.Fatal(err)
	}
	return opened, accepted
}

func echo(c io.ReadWriter, size int) {
	buf := make([]byte, size)
	for {
		if _, err := io.ReadFull(c, buf); err != nil {
			return
		}
		if _, err := c.Write(buf); err != nil {
			return
		}
	}
}

// benchmarkLinks runs f over a bare pair of sockets and over a stream.
func benchmarkLinks(b *testing.B, f func(b *testing.B, x, y io.ReadWriter)) {
	b.Run("over=socketpair", func(b *testing.B) {
		x, y := socketPair(b)
		defer x.Close()
		defer y.Close()
		f(b, x, y)
	})
	b.Run("over=direct", func(b *testing.B) {
		x, y := socketPair(b)
		host, plugin := pairOf(b, x, y)
		s, r := connect(b, host, plugin)
		f(b, s, r)
	})
	b.Run("over=direct-on-any-conn", func(b *testing.B) {
		x, y := socketPair(b)
		host, plugin := pairOf(b, struct{ net.Conn }{x}, struct{ net.Conn }{y})
		s, r := connect(b, host, plugin)
		f(b, s, r)
	})
}

// BenchmarkPingPong sends 64 bytes there and back.
func BenchmarkPingPong(b *testing.B) {
	benchmarkLinks(b, func(b *testing.B, x, y io.ReadWriter) {
		go echo(y, 64)
		msg, buf := make([]byte, 64), make([]byte, 64)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := x.Write(msg); err != nil {
				b.Fatal(err)
			}
			if _, err := io.ReadFull(x, buf); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkBulk writes 64 KiB at a time to a peer that reads them.
func BenchmarkBulk(b *testing.B) {
	benchmarkLinks(b, func(b *testing.B, x, y io.ReadWriter) {
		const size = 64 << 10
		go func() {
			buf := make([]byte, size)
			for {
				if _, err := y.Read(buf); err != nil {
					return
				}
			}
		}()
		msg := make([]byte, size)
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := x.Write(msg); err != nil {
				b.Fatal(err)
			}
		}
	})
}
