package muxlink

import (
	"net"
	"sync"

	"github.com/tenon-dev/tenon/core/transport"
)

// SmallWrite is the largest write that goes ahead without a share of what large ones may
// have on their way, so that it does not wait for those to get theirs.
const SmallWrite = 4 << 10

// A Sending is how a transport sends on one stream.
type Sending struct {
	// Room says how many bytes may be sent in one piece now, 0 when the peer takes none
	// at the moment, and an error when it takes no more.
	Room func() (int, error)

	// Kick gets a value when that may have changed.
	Kick <-chan struct{}

	// Put gives a piece that there is room for to the outbox. It does not wait.
	Put func(p []byte) error

	// Error translates an error of Put, or of waiting for the link while the stream is
	// open, into what Write returns.
	Error func(err error) error
}

// A Writer is the writing side of a stream. A stream embeds it for Write of
// [transport.Stream]. Any goroutine may use it.
type Writer struct {
	out     *Outbox
	ending  *Ending
	shut    <-chan struct{}
	how     Sending
	writing sync.Mutex // held by Write, in case that more than one goroutine writes
}

// NewWriter returns that of a stream whose reading side is r.
func NewWriter(out *Outbox, r *Reader, how Sending) *Writer {
	return &Writer{out: out, ending: r.ending, shut: r.shut, how: how}
}

// Write sends p in as many pieces as the peer's window makes of it, and returns when the
// link has taken all, as [transport.Stream] says.
func (w *Writer) Write(p []byte) (int, error) {
	w.writing.Lock()
	defer w.writing.Unlock()
	done := 0
	for {
		room, err := w.room(len(p) > done)
		if err != nil {
			return done, err
		}
		n, err := w.send(p[done:min(len(p), done+room)])
		done += n
		switch {
		case err != nil && w.closed():
			return done, transport.Closed("write", net.ErrClosed)
		case err != nil:
			return done, w.how.Error(err)
		case done == len(p):
			return done, nil
		}
	}
}

// room returns how much may be sent in one piece. If anything has to be, it waits until
// that is more than nothing.
func (w *Writer) room(wanted bool) (int, error) {
	for {
		if w.closed() {
			return 0, transport.Closed("write", net.ErrClosed)
		}
		if err := w.ending.Over("write"); err != nil {
			return 0, err
		}
		room, err := w.how.Room()
		if err != nil {
			return 0, transport.Closed("write", err)
		}
		if room > 0 || !wanted {
			return room, nil
		}
		select {
		case <-w.how.Kick:
		case <-w.shut:
		case <-w.ending.ended:
		}
	}
}

// send sends one piece, and waits until it has left the outbox.
func (w *Writer) send(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(p) > SmallWrite {
		if err := w.out.gate.acquire(len(p), w.shut); err != nil {
			return 0, err
		}
		defer w.out.gate.release(len(p))
	}
	if err := w.how.Put(p); err != nil {
		return 0, err
	}
	return len(p), w.out.Flush(w.shut)
}

func (w *Writer) closed() bool {
	select {
	case <-w.shut:
		return true
	default:
		return false
	}
}
