package transporttest

import (
	"bytes"
	"crypto/sha256"
	"io"

	"github.com/tenon-dev/tenon/core/transport"
)

func transferCases() []testCase {
	return []testCase{
		{
			name:        "one-byte-writes",
			explanation: "A Stream is an ordered flow of bytes: how they are cut into writes and reads does not matter.",
			run:         caseOneByteWrites,
		},
		{
			name:        "odd-sizes",
			explanation: "A Stream is an ordered flow of bytes: how they are cut into writes and reads does not matter.",
			run:         caseOddSizes,
		},
		{
			name:        "large-both-ways",
			explanation: "One goroutine may read while another one writes: both directions flow at once, however much it is.",
			heavy:       true,
			run:         caseLargeBothWays,
		},
		{
			name:        "both-only-write-first",
			explanation: "Write blocks while the peer does not read and the buffers are full, and goes on when it does: two sides that first write and then read many streams do not stop each other as long as each stream fits its window.",
			run:         caseBothWriteFirst,
		},
		{
			name:        "write-keeps-nothing",
			explanation: "Write keeps nothing of p after it returned.",
			run:         caseWriteKeepsNothing,
		},
		{
			name:        "write-leaves-p-alone",
			explanation: "Write must not modify the slice data, even temporarily (io.Writer).",
			run:         caseWriteLeavesPAlone,
		},
		{
			name:        "unread-stream-stops-its-writer",
			explanation: "Write blocks while the peer does not read and the buffers are full: the memory of a stream is bounded.",
			heavy:       true,
			run:         caseUnreadStreamStopsWriter,
		},
	}
}

func caseOneByteWrites(e *env) {
	host, plugin := e.pair()
	opened, accepted := e.connect(host, plugin)
	want := newPattern(1).next(3000)
	w := e.spawn("writes of one byte", func() {
		for i := range want {
			e.writeHere(opened, want[i:i+1])
		}
	})
	e.expect(accepted, want)
	e.join(w)
}

func caseOddSizes(e *env) {
	host, plugin := e.pair()
	opened, accepted := e.connect(host, plugin)
	want := newPattern(2).next(60_000)
	w := e.spawn("writes of odd sizes", func() {
		for i, size := 0, 1; i < len(want); i, size = i+size, size*3%4099+1 {
			size = min(size, len(want)-i)
			e.writeHere(opened, want[i:i+size])
		}
	})
	r := e.spawn("reads of odd sizes", func() {
		got := make([]byte, 0, len(want))
		buf := make([]byte, 6007)
		for size := 1; len(got) < len(want); size = size*5%6007 + 1 {
			n, err := accepted.Read(buf[:size])
			if err != nil {
				e.failf("Read after %d of %d bytes: %w", len(got), len(want), err)
			}
			if n == 0 {
				e.failf("Read of %d bytes returned neither bytes nor an error", size)
			}
			got = append(got, buf[:n]...)
		}
		if !bytes.Equal(got, want) {
			e.failf("Read: %s", firstDifference(got, want))
		}
	})
	e.join(w, r)
}

func caseLargeBothWays(e *env) {
	const size = 12 << 20
	host, plugin := e.pair()
	opened, accepted := e.connect(host, plugin)
	e.join(
		e.spawn("send from the opener", func() { e.sendHere(opened, 10, size) }),
		e.spawn("send from the accepter", func() { e.sendHere(accepted, 11, size) }),
		e.spawn("receive at the accepter", func() { e.receiveHere(accepted, 10, size) }),
		e.spawn("receive at the opener", func() { e.receiveHere(opened, 11, size) }),
	)
}

// sendHere writes size bytes of a pattern.
func (e *env) sendHere(s transport.Stream, seed int, size int64) {
	if n, err := io.CopyBuffer(onlyWriter{s}, io.LimitReader(newPattern(seed), size), make([]byte, 100_000)); err != nil || n != size {
		e.failf("Write: %d of %d bytes were taken, then: %v", n, size, err)
	}
}

// receiveHere reads size bytes and compares their hash with the pattern's.
func (e *env) receiveHere(s transport.Stream, seed int, size int64) {
	h := sha256.New()
	if n, err := io.CopyBuffer(onlyWriter{h}, io.LimitReader(onlyReader{s}, size), make([]byte, 70_000)); err != nil || n != size {
		e.failf("Read: %d of %d bytes arrived, then: %v", n, size, err)
	}
	if got, want := sum(h), sumOf(seed, size); got != want {
		e.failf("the %d bytes that arrived are not the ones that were sent", size)
	}
}

// caseBothWriteFirst lets each side write on all its streams before it reads
// any of them.
func caseBothWriteFirst(e *env) {
	const streams = 12
	size := e.scaled(30_000)
	host, plugin := e.pair()
	var opened, accepted [streams]transport.Stream
	for i := range streams {
		opened[i], accepted[i] = e.connect(host, plugin)
	}
	both := func(side [streams]transport.Stream, mine, theirs int) func() {
		return func() {
			for i, s := range side {
				e.sendHere(s, mine+i, size)
			}
			for i, s := range side {
				e.receiveHere(s, theirs+i, size)
			}
		}
	}
	e.join(e.spawn("the opener", both(opened, 100, 200)), e.spawn("the accepter", both(accepted, 200, 100)))
}

func caseWriteKeepsNothing(e *env) {
	host, plugin := e.pair()
	opened, accepted := e.connect(host, plugin)
	// Few enough bytes that all of them wait in buffers while nobody reads.
	sizes := []int{1, 100, 4000, 20_000, 7, 900}
	var want []byte
	gen := newPattern(3)
	e.within("Write", func() {
		for _, size := range sizes {
			p := gen.next(size)
			want = append(want, p...)
			e.writeHere(opened, p)
			for i := range p {
				p[i] = 0xEE
			}
		}
	})
	e.expect(accepted, want)
}

func caseWriteLeavesPAlone(e *env) {
	host, plugin := e.pair()
	opened, accepted := e.connect(host, plugin)
	want := newPattern(4).next(40_000)
	// Spare capacity tempts a driver to append its own bytes there.
	p := append(make([]byte, 0, len(want)+64), want...)
	r := e.spawn("Read", func() { e.expectHere(accepted, want) })
	e.write(opened, p)
	e.join(r)
	if !bytes.Equal(p, want) {
		e.failf("Write changed the slice that it was given: %s", firstDifference(p, want))
	}
	for i, c := range p[:cap(p)][len(p):] {
		if c != 0 {
			e.failf("Write wrote 0x%02x into the capacity behind the slice that it was given, %d bytes after its end", c, i)
		}
	}
}

func caseUnreadStreamStopsWriter(e *env) {
	const enough = 64 << 20
	host, plugin := e.pair()
	opened, accepted := e.connect(host, plugin)
	var meter progress
	w := e.spawn("Write to a stream that is not read", func() { meter.fill(opened, enough) })
	meter.waitUntilStill(e, nil)
	if !w.running() && meter.total.Load() >= enough {
		e.failf("Write took %d MiB that nobody read", enough>>20)
	}
	if !w.running() {
		e.failf("Write ended after %d bytes although the stream is open: %v", meter.total.Load(), meter.err)
	}
	// It goes on where it stopped.
	got := make([]byte, meter.total.Load())
	e.within("Read of what was written", func() {
		if _, err := io.ReadFull(accepted, got); err != nil {
			e.failf("Read: %w", err)
		}
	})
	e.closeStream(opened)
	e.join(w)
}

// onlyWriter and onlyReader hide everything else that a value can do, so that
// io.Copy uses Write and Read.
type onlyWriter struct{ io.Writer }

type onlyReader struct{ io.Reader }
