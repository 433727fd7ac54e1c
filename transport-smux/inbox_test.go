package smuxtransport

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// TestUnreadStream checks that what nobody reads costs no more than the first window,
// however it was cut up.
func TestUnreadStream(t *testing.T) {
	for _, size := range []int{1, 1000, 5 << 10, 60 << 10, initialWindow} {
		b := newInbox(defaultBuffer)
		for left := initialWindow; left > 0; {
			n := min(size, left)
			if err := b.expect(n); err != nil {
				t.Fatal(err)
			}
			left -= n
			for n > 0 {
				k := len(b.space(n))
				b.filled(k)
				n -= k
			}
		}
		if err := b.expect(1); !errors.Is(err, errProtocol) {
			t.Errorf("in pieces of %d bytes: one more than the window: %v", size, err)
		}
		held := 0
		for x := b.first; x != nil; x = x.next {
			held += len(x.buf)
		}
		if most := initialWindow + pieceSizes[len(pieceSizes)-1]; held > most {
			t.Errorf("in pieces of %d bytes: %d are held, want %d at most", size, held, most)
		}
	}
}

// TestWindowGrows checks that a stream gets the window that was asked for when it is read,
// and that no more than [mostGrown] have it at a time.
func TestWindowGrows(t *testing.T) {
	host, plugin := sessionPair(t, linkNamed(t, "socketpair"), transport.Config{}, StreamBuffer(1<<20))
	var open []transport.Stream
	window := func(far transport.Stream) int {
		b := far.(*stream).e.in
		b.mu.Lock()
		defer b.mu.Unlock()
		return b.window
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

// FuzzInbox checks that bytes come out as they went in, however both are cut up.
func FuzzInbox(f *testing.F) {
	f.Add([]byte("\x01\x05\x81\x03\xff\x10"))
	f.Add(bytes.Repeat([]byte{0x7f, 0x90}, 40))
	f.Fuzz(func(t *testing.T, ops []byte) {
		b, want, next, room := newInbox(initialWindow), []byte(nil), byte(0), initialWindow
		for _, op := range ops {
			n := int(op&0x7f) * int(op&0x7f) * 4
			if op >= 0x80 {
				got := make([]byte, n+1)
				n, over := b.take(got)
				if over || n != min(len(got), len(want)) || !bytes.Equal(got[:n], want[:n]) {
					t.Fatalf("take of %d = %d, %v; %d were there", len(got), n, over, len(want))
				}
				want = want[n:]
				told := b.ahead
				b.update(func() bool { return false })
				room += told - b.ahead
				continue
			}
			if n > room {
				if b.expect(n) == nil {
					t.Fatalf("%d bytes were taken, with room for %d", n, room)
				}
				b.ahead -= n
				continue
			}
			if err := b.expect(n); err != nil {
				t.Fatal(err)
			}
			room -= n
			for n > 0 {
				to := b.space(n)
				for i := range to {
					next++
					to[i] = next
				}
				want = append(want, to...)
				b.filled(len(to))
				n -= len(to)
			}
		}
		b.end()
		rest := make([]byte, len(want)+1)
		if n, _ := b.take(rest); !bytes.Equal(rest[:n], want) {
			t.Errorf("at the end %d bytes are there, want %d", n, len(want))
		}
		if n, over := b.take(rest); n != 0 || !over {
			t.Errorf("after the end: %d bytes, over: %v", n, over)
		}
		b.close()
	})
}
