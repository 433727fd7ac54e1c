package transporttest

import (
	"context"
	"errors"
	"io"

	"github.com/tenon-dev/tenon/core/transport"
)

func limitCases() []testCase {
	return []testCase{
		{
			name:        "too-many-streams",
			explanation: "When this side has MaxStreams streams open, Open fails with ErrTooManyStreams. The session is unharmed: close a stream and try again.",
			run:         caseTooManyStreams,
		},
		{
			name:        "each-side-has-its-share",
			explanation: "MaxStreams is how many streams each side may have open at a time, opened by it.",
			run:         caseEachSideHasItsShare,
		},
		{
			name:        "surplus-is-refused",
			explanation: "A peer that opens more than its share has the surplus refused, or the session ended.",
			run:         caseSurplusIsRefused,
		},
	}
}

func caseTooManyStreams(e *env) {
	const limit = 4
	host, plugin := e.pairWith(transport.Config{MaxStreams: limit})
	var opened, accepted [limit]transport.Stream
	for i := range limit {
		opened[i], accepted[i] = e.connect(host, plugin)
	}
	for round := range 3 {
		e.within("Open over the limit", func() {
			s, err := host.Open(e.context())
			e.checkPair("Open over the limit", s, err)
			if !errors.Is(err, transport.ErrTooManyStreams) {
				e.failf("Open with %d of %d streams open: the error is %v, want transport.ErrTooManyStreams", limit, limit, err)
			}
		})
		for i := range limit {
			e.exchange(opened[i], accepted[i], "unharmed")
		}
		e.closeStream(opened[round])
		e.expectEOF(accepted[round])
		e.closeStream(accepted[round])
		e.within("Open after a stream was closed", func() {
			opened[round] = e.openWhenFreeHere(host)
			e.writeHere(opened[round], []byte{'!'})
		})
		accepted[round] = e.accept(plugin)
		e.read(accepted[round], 1)
	}
}

func caseEachSideHasItsShare(e *env) {
	const limit = 3
	host, plugin := e.pairWith(transport.Config{MaxStreams: limit})
	for range limit {
		a, b := e.connect(host, plugin)
		c, d := e.connect(plugin, host)
		e.exchange(a, b, "the host's")
		e.exchange(c, d, "the plugin's")
	}
}

// caseSurplusIsRefused lets the host have more streams than the plugin allows.
func caseSurplusIsRefused(e *env) {
	const allowed = 2
	a, b := e.rawLink()
	host := e.session(a, transport.Config{Side: transport.Host, MaxStreams: 4 * allowed})
	plugin := e.session(b, transport.Config{Side: transport.Plugin, MaxStreams: allowed})
	var opened []transport.Stream
	e.within("Open and Write over the peer's limit", func() {
		for range 4 * allowed {
			s, err := host.Open(e.context())
			e.checkPair("Open", s, err)
			if err != nil {
				return // refused at once, or the session has ended: both are allowed
			}
			opened = append(opened, s)
			if _, err := s.Write([]byte{'!'}); err != nil {
				return
			}
		}
	})
	ctx, cancel := context.WithTimeout(e.context(), 10*moment)
	defer cancel()
	e.within("Accept of the surplus", func() {
		for n := 0; ; n++ {
			s, err := plugin.Accept(ctx)
			e.checkPair("Accept", s, err)
			if err != nil {
				return
			}
			if n == allowed {
				e.failf("Accept returned a stream more than the %d that the peer may have open", allowed)
			}
		}
	})
	// What was refused says so, or at least ends.
	for i, s := range opened {
		if i < allowed {
			continue
		}
		e.within("Read of a stream that was refused", func() {
			if _, err := io.ReadFull(s, make([]byte, 1)); err == nil {
				e.failf("Read of a stream that was refused returned a byte")
			}
		})
	}
}
