package transporttest

import (
	"bytes"

	"github.com/tenon-dev/tenon/core/transport"
)

func pairCases() []testCase {
	return []testCase{
		{
			name:        "write-pair",
			explanation: "WritePair is Write of head and then of body, in all its rules. n counts the bytes of both. (Of a Stream that is a PairWriter.)",
			run:         caseWritePair,
		},
		{
			name:        "write-pair-ends",
			explanation: "WritePair is Write in all its rules: it blocks while the peer does not read and the buffers are full, and Close unblocks it. (Of a Stream that is a PairWriter.)",
			heavy:       true,
			run:         caseWritePairEnds,
		},
	}
}

func caseWritePair(e *env) {
	host, plugin := e.pair()
	near, far := e.connect(host, plugin)
	w, ok := near.(transport.PairWriter)
	if !ok {
		return
	}
	gen := newPattern(5)
	for _, size := range [][2]int{{1, 1}, {12, 65_536}, {12, 900_000}, {70_000, 5}, {300_000, 300_000}, {0, 9}, {9, 0}, {0, 0}} {
		head, body := gen.next(size[0]), gen.next(size[1])
		want := append(bytes.Clone(head), body...)
		// Spare capacity tempts a driver to put the two together there.
		roomy := append(make([]byte, 0, 2*len(want)+1), head...)
		r := e.spawn("Read", func() { e.expectHere(far, want) })
		e.within("WritePair", func() {
			n, err := w.WritePair(roomy, body)
			if err != nil || n != len(want) {
				e.failf("WritePair of %d and %d bytes returned %d, %v", size[0], size[1], n, err)
			}
		})
		if !bytes.Equal(append(bytes.Clone(roomy), body...), want) || bytes.ContainsFunc(roomy[len(head):cap(roomy)], func(r rune) bool { return r != 0 }) {
			e.failf("WritePair changed what it was given, or what is behind it")
		}
		for i := range body { // nothing is kept of it
			body[i] = 0xEE
		}
		e.join(r)
		e.exchange(near, far, "between two pairs")
	}
}

func caseWritePairEnds(e *env) {
	host, plugin := e.pair()
	near, _ := e.connect(host, plugin)
	w, ok := near.(transport.PairWriter)
	if !ok {
		return
	}
	const enough = 64 << 20
	head, body := make([]byte, 12), make([]byte, 1<<20)
	var meter progress
	blocked := e.spawn("WritePair to a stream that is not read", func() {
		for meter.total.Load() < enough {
			n, err := w.WritePair(head, body)
			meter.total.Add(int64(n))
			if err != nil {
				e.wantClosed("WritePair when the stream was closed", err)
				return
			}
		}
	})
	meter.waitUntilStill(e, nil)
	if !blocked.running() {
		e.failf("WritePair took %d bytes that nobody read", meter.total.Load())
	}
	e.closeStream(near)
	e.join(blocked)
	e.within("WritePair after Close", func() {
		_, err := w.WritePair(head, body)
		e.wantClosed("WritePair after Close", err)
	})
}
