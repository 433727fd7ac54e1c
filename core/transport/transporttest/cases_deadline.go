package transporttest

import (
	"crypto/sha256"
	"errors"
	"os"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

func deadlineCases() []testCase {
	return []testCase{
		{
			name:        "deadline-past",
			explanation: "SetReadDeadline bounds Read: from then on Read returns an error that matches os.ErrDeadlineExceeded, and nothing that arrived is lost.",
			run:         caseDeadlinePast,
		},
		{
			name:        "deadline-future",
			explanation: "SetReadDeadline bounds Read.",
			run:         caseDeadlineFuture,
		},
		{
			name:        "deadline-interrupts",
			explanation: "SetReadDeadline bounds Read, also one that is waiting.",
			run:         caseDeadlineInterrupts,
		},
		{
			name:        "deadline-cleared",
			explanation: "SetReadDeadline: the zero time means no bound.",
			run:         caseDeadlineCleared,
		},
		{
			name:        "deadline-loses-nothing",
			explanation: "SetReadDeadline: nothing that arrived is lost.",
			run:         caseDeadlineLosesNothing,
		},
		{
			name:        "deadline-leaves-write-alone",
			explanation: "There is no deadline for writing.",
			run:         caseDeadlineLeavesWriteAlone,
		},
	}
}

func (e *env) setDeadline(s transport.Stream, t time.Time) {
	e.within("SetReadDeadline", func() { e.must("SetReadDeadline", s.SetReadDeadline(t)) })
}

// expectDeadlineHere wants Read to end in the deadline.
func (e *env) expectDeadlineHere(s transport.Stream) {
	n, err := s.Read(make([]byte, 16))
	if n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		e.failf("Read after its deadline returned %d bytes and the error %v, want os.ErrDeadlineExceeded", n, err)
	}
}

func caseDeadlinePast(e *env) {
	host, plugin := e.pair()
	opened, accepted := e.connect(host, plugin)
	e.write(opened, []byte("waiting to be read"))
	ping, pong := e.connect(host, plugin)
	e.exchange(ping, pong, "so that the bytes have arrived")
	e.setDeadline(accepted, time.Unix(1, 0))
	for range 3 {
		e.within("Read after its deadline", func() { e.expectDeadlineHere(accepted) })
	}
	e.setDeadline(accepted, time.Time{})
	e.expect(accepted, []byte("waiting to be read"))
	e.exchange(opened, accepted, "the stream is unharmed")
}

func caseDeadlineFuture(e *env) {
	host, plugin := e.pair()
	opened, accepted := e.connect(host, plugin)
	for _, s := range []transport.Stream{opened, accepted} {
		start := time.Now()
		e.setDeadline(s, start.Add(moment))
		e.within("Read until its deadline", func() { e.expectDeadlineHere(s) })
		if waited := time.Since(start); waited < moment {
			e.failf("Read ended in its deadline after %v, the deadline was in %v", waited, moment)
		}
		e.setDeadline(s, time.Time{})
	}
	e.exchange(opened, accepted, "the stream is unharmed")
}

func caseDeadlineInterrupts(e *env) {
	host, plugin := e.pair()
	opened, accepted := e.connect(host, plugin)
	for _, first := range []time.Time{{}, time.Now().Add(time.Hour)} {
		for _, s := range []transport.Stream{opened, accepted} {
			e.setDeadline(s, first)
			waiting := e.spawn("Read whose deadline is moved to the past", func() { e.expectDeadlineHere(s) })
			pause(moment)
			e.setDeadline(s, time.Unix(1, 0))
			e.join(waiting)
			e.setDeadline(s, time.Time{})
		}
	}
	e.exchange(opened, accepted, "the stream is unharmed")
}

func caseDeadlineCleared(e *env) {
	host, plugin := e.pair()
	opened, accepted := e.connect(host, plugin)
	e.setDeadline(accepted, time.Now().Add(2*moment))
	waiting := e.spawn("Read whose deadline was taken away", func() { e.expectHere(accepted, []byte("late")) })
	pause(moment / 5)
	e.setDeadline(accepted, time.Time{})
	pause(3 * moment)
	e.write(opened, []byte("late"))
	e.join(waiting)

	e.setDeadline(accepted, time.Now().Add(moment))
	e.setDeadline(accepted, time.Now().Add(time.Hour))
	waiting = e.spawn("Read whose deadline was put off", func() { e.expectHere(accepted, []byte("later")) })
	pause(2 * moment)
	e.write(opened, []byte("later"))
	e.join(waiting)
}

// caseDeadlineLosesNothing lets a deadline pass after a few bytes, and then
// interrupts a reader over and over while bytes arrive.
func caseDeadlineLosesNothing(e *env) {
	const size = 200_000
	host, plugin := e.pair()
	opened, accepted := e.connect(host, plugin)
	e.losesNothingWhileNothingComes(opened, accepted)
	writer := e.spawn("Write", func() { e.sendHere(opened, 20, size) })
	stop := make(chan struct{})
	poker := e.spawn("SetReadDeadline", func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			t := time.Now()
			if i%2 == 0 {
				t = t.Add(100 * time.Microsecond)
			}
			e.must("SetReadDeadline", accepted.SetReadDeadline(t))
			pause(time.Duration(i%7) * 20 * time.Microsecond)
		}
	})
	e.within("Read under deadlines that come and go", func() {
		h := sha256.New()
		buf := make([]byte, 3000)
		for total := 0; total < size; {
			n, err := accepted.Read(buf[:min(len(buf), size-total)])
			h.Write(buf[:n])
			total += n
			if err != nil {
				if !errors.Is(err, os.ErrDeadlineExceeded) {
					e.failf("Read after %d of %d bytes: %w", total, size, err)
				}
				e.must("SetReadDeadline", accepted.SetReadDeadline(time.Time{}))
			}
		}
		if sum(h) != sumOf(20, size) {
			e.failf("the %d bytes that arrived are not the ones that were sent", size)
		}
	})
	close(stop)
	e.join(writer, poker)
}

// losesNothingWhileNothingComes reads with room for more than there is, until
// the deadline passes: a reader that waits to fill its buffer has bytes to lose.
func (e *env) losesNothingWhileNothingComes(from, to transport.Stream) {
	sent := "a few bytes and then nothing"
	e.write(from, []byte(sent))
	e.within("Read until its deadline", func() {
		var got []byte
		buf := make([]byte, 2*len(sent))
		for interrupted := false; !interrupted || len(got) < len(sent); {
			e.must("SetReadDeadline", to.SetReadDeadline(time.Now().Add(moment)))
			n, err := to.Read(buf)
			got = append(got, buf[:n]...)
			interrupted = interrupted || errors.Is(err, os.ErrDeadlineExceeded)
			if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
				e.failf("Read after %d of %d bytes: %w", len(got), len(sent), err)
			}
		}
		if string(got) != sent {
			e.failf("read %q, want %q", got, sent)
		}
	})
	e.setDeadline(to, time.Time{})
}

func caseDeadlineLeavesWriteAlone(e *env) {
	host, plugin := e.pair()
	opened, accepted := e.connect(host, plugin)
	e.setDeadline(opened, time.Unix(1, 0))
	e.write(opened, []byte("written after the deadline for reading"))
	e.expect(accepted, []byte("written after the deadline for reading"))
}
