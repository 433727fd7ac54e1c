package muxlink

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"testing"
)

// fill puts n bytes into b, as the link does.
func fill(t *testing.T, b *Inbox, n int) {
	t.Helper()
	if err := Receive(bufio.NewReader(bytes.NewReader(make([]byte, n))), b, n); err != nil {
		t.Fatal(err)
	}
}

// TestUnreadStream checks that what nobody reads costs little more than its bytes,
// however they were cut up.
func TestUnreadStream(t *testing.T) {
	const unread = 256 << 10
	for _, size := range []int{1, 1000, 5 << 10, 60 << 10, unread} {
		b := NewInbox()
		for left := unread; left > 0; left -= min(size, left) {
			fill(t, b, min(size, left))
		}
		held := 0
		for x := b.first; x != nil; x = x.next {
			held += len(x.buf)
		}
		if most := unread + pieceSizes[len(pieceSizes)-1]; held > most {
			t.Errorf("in pieces of %d bytes: %d are held, want %d at most", size, held, most)
		}
	}
}

// TestReceive checks where bytes go that nobody reads, and what a link says that ends
// too early.
func TestReceive(t *testing.T) {
	shut, over := NewInbox(), NewInbox()
	shut.close()
	over.End(io.EOF)
	for name, in := range map[string]*Inbox{"no stream": nil, "a closed one": shut, "one after its end": over} {
		link := bufio.NewReader(bytes.NewReader([]byte("thrown awayrest")))
		if err := Receive(link, in, len("thrown away")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if rest, _ := io.ReadAll(link); string(rest) != "rest" {
			t.Errorf("%s: %q is left on the link", name, rest)
		}
		if in != nil && in.first != nil {
			t.Errorf("%s: something is kept", name)
		}
	}
	for name, in := range map[string]*Inbox{"no stream": nil, "one that is read": NewInbox()} {
		if err := Receive(bufio.NewReader(bytes.NewReader([]byte("half"))), in, 8); !errors.Is(err, io.EOF) || err == io.EOF {
			t.Errorf("%s: the link ended within a frame: %v", name, err)
		}
	}
}

// FuzzInbox checks that bytes come out as they went in, however both are cut up.
func FuzzInbox(f *testing.F) {
	f.Add([]byte("\x01\x05\x81\x03\xff\x10"))
	f.Add(bytes.Repeat([]byte{0x7f, 0x90}, 40))
	f.Fuzz(func(t *testing.T, ops []byte) {
		b, want, next := NewInbox(), []byte(nil), byte(0)
		for _, op := range ops {
			n := int(op&0x7f) * int(op&0x7f) * 4
			if op >= 0x80 {
				got := make([]byte, n+1)
				n, err := b.take(got)
				if err != nil || n != min(len(got), len(want)) || !bytes.Equal(got[:n], want[:n]) {
					t.Fatalf("take of %d = %d, %v; %d were there", len(got), n, err, len(want))
				}
				want = want[n:]
				continue
			}
			for n > 0 && len(want) < 256<<10 {
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
		b.End(io.EOF)
		rest := make([]byte, len(want)+1)
		if n, _ := b.take(rest); !bytes.Equal(rest[:n], want) {
			t.Errorf("at the end %d bytes are there, want %d", n, len(want))
		}
		if _, err := b.take(rest); err != io.EOF {
			t.Errorf("after the end: %v", err)
		}
		cut := errors.New("cut")
		b.Cut(cut)
		b.close()
		if _, err := b.take(rest); err != cut || !b.Over() {
			t.Errorf("after it was cut: %v", err)
		}
	})
}
