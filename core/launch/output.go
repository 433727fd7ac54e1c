package launch

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"
)

// A drain reads one output of a plugin to its end, whatever becomes of the writer
// that gets it: a full pipe would stop the plugin.
type drain struct {
	r    source
	w    io.Writer
	log  *slog.Logger
	done chan struct{}

	mu      sync.Mutex
	passed  int  // how many writes have returned
	writing bool // one has not
	left    bool // no more is passed on
}

// A source is what an output is read from: a pipe, or a file that is followed. Its
// read deadline says that no more than what is there now is wanted.
type source interface {
	io.ReadCloser
	SetReadDeadline(t time.Time) error
}

// drainBuffer is the size of a read. A pipe holds 64 KiB on most systems.
const drainBuffer = 32 << 10

func newDrain(r source, w io.Writer, log *slog.Logger) *drain {
	if w == nil {
		w = io.Discard
	}
	return &drain{r: r, w: w, log: log, done: make(chan struct{})}
}

// run is the drain's one goroutine. It ends at the end of the pipe, or after
// expire.
func (d *drain) run() {
	defer close(d.done)
	buf := make([]byte, drainBuffer)
	var err error
	// This runs also after a panic of the writer, and after a Goexit in it, as a
	// test calls when it gives up.
	defer func() {
		if v := recover(); v != nil {
			d.log.Warn("the writer for the plugin's output panicked; the rest is thrown away", "panic", fmt.Sprint(v))
		}
		for err == nil {
			_, err = d.r.Read(buf)
		}
		d.r.Close()
	}()
	for err == nil {
		var n int
		n, err = d.r.Read(buf)
		if n > 0 && !d.pass(buf[:n]) {
			return
		}
	}
	if pipe, ok := d.r.(*os.File); ok && errors.Is(err, os.ErrDeadlineExceeded) {
		readRest(pipe, buf, d.pass)
	}
}

// pass gives p to the writer and reports whether it may be called again.
func (d *drain) pass(p []byte) bool {
	if !d.enter() {
		return false
	}
	defer d.leave()
	n, err := d.w.Write(p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	if err != nil {
		d.log.Warn("the writer for the plugin's output failed; the rest is thrown away", "error", err)
		return false
	}
	if f, ok := d.r.(*follower); ok {
		f.passed()
	}
	return true
}

// enter reports whether the writer may be called still.
func (d *drain) enter() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.writing = !d.left
	return d.writing
}

func (d *drain) leave() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.passed++
	d.writing = false
}

// abandon leaves a writer to itself that has been in one Write since the drain had passed
// on so much, and reports whether it has: then no other Write begins.
func (d *drain) abandon(passed int) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.left = d.left || d.writing && d.passed == passed
	return d.left
}

// finish passes on what there is now, and returns when that is done, or when the writer
// does not take it. Without patience it waits for ever.
func (d *drain) finish(patience time.Duration) {
	d.expire()
	if patience <= 0 {
		<-d.done
		return
	}
	ticker := time.NewTicker(patience)
	defer ticker.Stop()
	for {
		d.mu.Lock()
		passed := d.passed
		d.mu.Unlock()
		select {
		case <-d.done:
			return
		case <-ticker.C:
		}
		if d.abandon(passed) {
			d.log.Warn("the writer for the plugin's output does not return; the rest is thrown away", "waited", patience)
			return
		}
	}
}

// processEnded tells the drain that the plugin's process has: a pipe says so by
// itself when the last one who holds it has ended, a file never does.
func (d *drain) processEnded() {
	if _, ok := d.r.(*follower); ok {
		d.expire()
	}
}

// expire tells the drain that no more than what is in the pipe now is wanted.
func (d *drain) expire() {
	if d.r.SetReadDeadline(time.Unix(1, 0)) != nil {
		d.r.Close()
	}
}
