package smuxtransport

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// TestWindow checks that a peer may send what it was granted, and not a byte more.
func TestWindow(t *testing.T) {
	no := func() bool { return false }
	w := newWindow(defaultBuffer)
	for range initialWindow / 1024 {
		if err := w.expect(1024); err != nil {
			t.Fatal(err)
		}
	}
	if _, size, due := w.read(initialWindow/2, no); !due || size != initialWindow {
		t.Error("the peer is not told of half a window that was read")
	}
	if err := w.expect(initialWindow / 2); err != nil {
		t.Errorf("what was read makes room: %v", err)
	}
	if err := w.expect(1); !errors.Is(err, errProtocol) {
		t.Errorf("one more than the window: %v", err)
	}
}

// TestWindowGrows checks that a stream gets the window that was asked for when it is read,
// and that no more than [mostGrown] have it at a time.
func TestWindowGrows(t *testing.T) {
	host, plugin := sessionPair(t, linkNamed(t, "socketpair"), transport.Config{}, StreamBuffer(1<<20))
	var open []transport.Stream
	window := func(far transport.Stream) int {
		w := far.(*stream).e.ahead
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.size
	}
	read := func() (near, far transport.Stream) {
		near, far, err := connect(t.Context(), host, plugin)
		if err != nil {
			t.Fatal(err)
		}
		if got := window(far); got != initialWindow {
			t.Errorf("an unread stream has a window of %d", got)
		}
		within(t, "reading", func() {
			go near.Write(make([]byte, 2*initialWindow))
			if _, err := io.ReadFull(far, make([]byte, 2*initialWindow)); err != nil {
				t.Error(err)
			}
		})
		open = append(open, near, far)
		return near, far
	}
	for i := range mostGrown + 2 {
		want := 1 << 20
		if i >= mostGrown {
			want = initialWindow
		}
		if _, far := read(); window(far) != want {
			t.Errorf("stream %d has a window of %d, want %d", i, window(far), want)
		}
	}
	for _, st := range open {
		st.Close()
	}
	within(t, "the end of the earlier ones", func() {
		for grown := -1; grown != 0; {
			plugin.led.mu.Lock()
			grown = plugin.led.grown
			plugin.led.mu.Unlock()
			time.Sleep(time.Millisecond)
		}
	})
	if _, far := read(); window(far) != 1<<20 {
		t.Errorf("after the others were closed it is %d", window(far))
	}
}
