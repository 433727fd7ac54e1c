package rpc

import "io"

// A readBuffer reads from a stream as bufio.Reader does: small frames together, and the
// bodies of long ones straight to where they go. With such a body it reads on into the
// next header, which bufio cannot do, so that a long frame costs one read instead of two.
// It belongs to one goroutine at a time.
type readBuffer struct {
	stream io.Reader
	b      []byte
	start  int // b[start:end] was read and not taken
	end    int
	err    error // came with the last bytes that were read
}

func newReadBuffer(stream io.Reader, size int) *readBuffer {
	return &readBuffer{stream: stream, b: make([]byte, size)}
}

// buffered returns how many bytes can be had without waiting.
func (r *readBuffer) buffered() int { return r.end - r.start }

// peek returns the next n bytes, which stay where they are; n is at most the buffer's
// size. With an error there are fewer. The next call may overwrite them.
func (r *readBuffer) peek(n int) ([]byte, error) {
	if r.buffered() < n && r.start > 0 && r.start+n > len(r.b) {
		r.end = copy(r.b, r.b[r.start:r.end])
		r.start = 0
	}
	for r.buffered() < n {
		if err := r.fill(); err != nil {
			return r.b[r.start:r.end], err
		}
	}
	return r.b[r.start : r.start+n], nil
}

// fill adds what one read of the stream gives.
func (r *readBuffer) fill() error {
	if r.start == r.end {
		r.start, r.end = 0, 0
	}
	n, err := r.read(r.b[r.end:])
	r.end += n
	return err
}

// read reads once from the stream, and returns either bytes or an error.
func (r *readBuffer) read(p []byte) (int, error) {
	err := r.err
	r.err = nil
	for empty := 0; err == nil; empty++ {
		var n int
		if n, err = r.stream.Read(p); n > 0 {
			r.err = err
			return n, nil
		}
		if empty == mostEmptyReads && err == nil {
			err = io.ErrNoProgress
		}
	}
	return 0, err
}

// mostEmptyReads is how often a stream may read nothing without saying why.
const mostEmptyReads = 100

// skip takes n bytes that were peeked at.
func (r *readBuffer) skip(n int) { r.start += n }

// discard takes up to n bytes, waiting for the first, and throws them away.
func (r *readBuffer) discard(n int) (int, error) {
	if r.buffered() == 0 {
		if err := r.fill(); err != nil {
			return 0, err
		}
	}
	n = min(n, r.buffered())
	r.start += n
	return n, nil
}

// Read implements [io.Reader].
func (r *readBuffer) Read(p []byte) (int, error) { return r.readBody(p, len(p)) }

// readBody reads up to n bytes into p, waiting for the first. The rest of p, if there is
// any, is room for what comes behind them, which stays to be read.
func (r *readBuffer) readBody(p []byte, n int) (int, error) {
	if n == 0 {
		return 0, nil
	}
	if r.buffered() == 0 {
		if n >= len(r.b) {
			got, err := r.read(p[:min(len(p), n+len(r.b))])
			if got > n {
				r.start, r.end = 0, copy(r.b, p[n:got])
				got = n
			}
			return got, err
		}
		if err := r.fill(); err != nil {
			return 0, err
		}
	}
	n = copy(p[:n], r.b[r.start:r.end])
	r.start += n
	return n, nil
}
