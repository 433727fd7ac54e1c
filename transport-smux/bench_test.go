package smuxtransport

import (
	"io"
	"testing"

	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/transporttest"
)

// benchmarkStreams runs f over both ends of a stream, for each kind of link.
func benchmarkStreams(b *testing.B, f func(b *testing.B, near, far transport.Stream)) {
	for _, link := range transporttest.Links() {
		if link.Name != "socketpair" && link.Name != "tcp" {
			continue
		}
		b.Run("link="+link.Name, func(b *testing.B) {
			near, far := streamPair(b, link)
			f(b, near, far)
		})
	}
}

func streamPair(tb testing.TB, link transporttest.Link, opts ...Option) (near, far transport.Stream) {
	host, plugin := sessionPair(tb, link, transport.Config{}, opts...)
	near, far, err := connect(tb.Context(), host, plugin)
	if err != nil {
		tb.Fatal(err)
	}
	return near, far
}

// BenchmarkPingPong sends 64 bytes there and back.
func BenchmarkPingPong(b *testing.B) {
	benchmarkStreams(b, func(b *testing.B, near, far transport.Stream) {
		echoed := make(chan struct{})
		go func() {
			defer close(echoed)
			buf := make([]byte, 64)
			for {
				if _, err := io.ReadFull(far, buf); err != nil {
					return
				}
				if _, err := far.Write(buf); err != nil {
					return
				}
			}
		}()
		buf := make([]byte, 64)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := near.Write(buf); err != nil {
				b.Fatal(err)
			}
			if _, err := io.ReadFull(near, buf); err != nil {
				b.Fatal(err)
			}
		}
		near.Close()
		<-echoed
	})
}

// BenchmarkBulk sends 64 KiB at a time in one direction.
func BenchmarkBulk(b *testing.B) {
	const size = 64 << 10
	benchmarkStreams(b, func(b *testing.B, near, far transport.Stream) {
		drained := make(chan struct{})
		go func() {
			defer close(drained)
			io.Copy(io.Discard, struct{ io.Reader }{far})
		}()
		buf := make([]byte, size)
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := near.Write(buf); err != nil {
				b.Fatal(err)
			}
		}
		near.Close()
		<-drained
	})
}
