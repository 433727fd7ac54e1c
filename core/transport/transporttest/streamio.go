package transporttest

import (
	"bytes"
	"errors"
	"io"
	"net"

	"github.com/tenon-dev/tenon/core/transport"
)

// write writes all of p.
func (e *env) write(s transport.Stream, p []byte) {
	e.within("Write", func() { e.writeHere(s, p) })
}

// writeHere is write without a bound, for goroutines that are bounded as a whole.
func (e *env) writeHere(s transport.Stream, p []byte) {
	n, err := s.Write(p)
	if err != nil {
		e.failf("Write of %d bytes: %w", len(p), err)
	}
	if n != len(p) {
		e.failf("Write of %d bytes returned %d and no error", len(p), n)
	}
}

// read reads exactly n bytes.
func (e *env) read(s transport.Stream, n int) []byte {
	var p []byte
	e.within("Read", func() { p = e.readHere(s, n) })
	return p
}

// readHere is read without a bound.
func (e *env) readHere(s transport.Stream, n int) []byte {
	p := make([]byte, n)
	if got, err := io.ReadFull(s, p); err != nil {
		e.failf("Read: got %d of %d bytes, then: %w", got, n, err)
	}
	return p
}

// expect reads len(want) bytes and compares them.
func (e *env) expect(s transport.Stream, want []byte) {
	e.within("Read", func() { e.expectHere(s, want) })
}

// expectHere is expect without a bound.
func (e *env) expectHere(s transport.Stream, want []byte) {
	if got := e.readHere(s, len(want)); !bytes.Equal(got, want) {
		e.failf("Read: %s", firstDifference(got, want))
	}
}

// expectEOF reads and wants the end.
func (e *env) expectEOF(s transport.Stream) {
	e.within("Read at the end of a stream", func() { e.readEndHere(s) })
}

// exchange sends a message from a to b, and back.
func (e *env) exchange(a, b transport.Stream, msg string) {
	e.within("exchange of a message", func() { e.exchangeHere(a, b, msg) })
}

// exchangeHere is exchange without a bound.
func (e *env) exchangeHere(a, b transport.Stream, msg string) {
	e.writeHere(a, []byte(msg))
	e.expectHere(b, []byte(msg))
	e.writeHere(b, []byte(msg))
	e.expectHere(a, []byte(msg))
}

// wantClosed fails unless err matches net.ErrClosed.
func (e *env) wantClosed(what string, err error) {
	if !errors.Is(err, net.ErrClosed) {
		e.failf("%s: the error is %v, want one that matches net.ErrClosed", what, err)
	}
}

// closeStream closes s and wants nil.
func (e *env) closeStream(s transport.Stream) {
	e.within("Close of a stream", func() { e.must("Close of a stream", s.Close()) })
}

// closeSession closes s and wants nil.
func (e *env) closeSession(s transport.Session) {
	e.within("Close of a session", func() { e.must("Close of a session", s.Close()) })
}

// waitDone waits until s has ended, and returns why.
func (e *env) waitDone(s transport.Session) error {
	if !waitFor(s.Done(), e.timeout) {
		e.failf("Done was not closed within %v", e.timeout)
	}
	err := s.Err()
	if err == nil {
		e.failf("Err is nil although Done is closed")
	}
	return err
}

// readEndHere reads until the end and fails if there is anything before it.
func (e *env) readEndHere(s transport.Stream) {
	n, err := s.Read(make([]byte, 16))
	if n != 0 || !errors.Is(err, io.EOF) {
		e.failf("Read at the end of a stream returned %d bytes and the error %v, want io.EOF", n, err)
	}
}

// openWhenFreeHere opens a stream, and tries again while the session has too
// many: a closed stream may count until the peer has heard of it.
func (e *env) openWhenFreeHere(s transport.Session) transport.Stream {
	for {
		st, err := s.Open(e.context())
		e.checkPair("Open", st, err)
		if err == nil {
			return st
		}
		if !errors.Is(err, transport.ErrTooManyStreams) {
			e.failf("Open: %w", err)
		}
		select {
		case <-s.Done():
			e.failf("Open: the session has ended: %w", s.Err())
		default:
			pause(pollInterval)
		}
	}
}
