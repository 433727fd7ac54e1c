package smuxtransport

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

func TestDbg(t *testing.T) {
	host, plugin := sessionPair(t, linkNamed(t, "socketpair"), transport.Config{}, StreamBuffer(64<<10))
	near, far, _ := connect(t.Context(), host, plugin)
	const total = 8 << 20
	ctx, cancel := context.WithCancel(t.Context())
	go near.Write(make([]byte, total))
	go func() {
		for ctx.Err() == nil {
			far.SetReadDeadline(time.Now().Add(20 * time.Microsecond))
		}
	}()
	buf := make([]byte, 16<<10)
	last := time.Now()
	to, reads := 0, 0
	got := 0
	for got < total && t.Context().Err() == nil {
		n, err := far.Read(buf)
		got += n
		if n > 0 {
			reads++
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			to++
		}
		if time.Since(last) > 4*time.Second {
			last = time.Now()
			st := far.(*stream)
			ne := near.(*stream)
			plugin.led.mu.Lock()
			host.led.mu.Lock()
			fmt.Println("got", got, "reads", reads, "timeouts", to, "far read", st.read, "entry", *st.e, "near", *ne.e)
			host.led.mu.Unlock()
			plugin.led.mu.Unlock()
			if reads == 0 { panic("stall") }
			reads, to = 0, 0
		}
	}
	cancel()
}
