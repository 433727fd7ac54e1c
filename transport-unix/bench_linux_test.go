package unixtransport

import (
	"fmt"
	"io"
	"testing"

	"github.com/tenon-dev/tenon/core/transport"
)

// benchmarkEnds runs f over a plain unix socket, which is the limit, and over a
// stream.
func benchmarkEnds(b *testing.B, f func(b *testing.B, near, far io.ReadWriteCloser)) {
	b.Run("socket", func(b *testing.B) {
		near, far := socketLink(b)
		f(b, near, far)
	})
	for _, kib := range []int{64, 104, 208} {
		b.Run(fmt.Sprintf("stream-%dk", kib), func(b *testing.B) {
			host, plugin := sessionPair(b, transport.Config{}, SendBuffer(kib<<10))
			near, far := connect(b, host, plugin)
			f(b, near, far)
		})
	}
}

// BenchmarkPingPong sends 64 bytes there and back.
func BenchmarkPingPong(b *testing.B) {
	benchmarkEnds(b, func(b *testing.B, near, far io.ReadWriteCloser) {
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
	benchmarkEnds(b, func(b *testing.B, near, far io.ReadWriteCloser) {
		drained := make(chan struct{})
		go func() {
			defer close(drained)
			io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{far}, make([]byte, size))
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

// BenchmarkOpen opens a stream, sends a byte there and back, and closes it.
func BenchmarkOpen(b *testing.B) {
	host, plugin := sessionPair(b, transport.Config{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 1)
		for {
			st, err := plugin.Accept(b.Context())
			if err != nil {
				return
			}
			io.ReadFull(st, buf)
			st.Write(buf)
			st.Close()
		}
	}()
	buf := make([]byte, 1)
	b.ReportAllocs()
	for b.Loop() {
		st := mustOpen(b, host)
		mustWrite(b, st, buf)
		if _, err := io.ReadFull(st, buf); err != nil {
			b.Fatal(err)
		}
		st.Close()
	}
	host.Close()
	<-done
}
