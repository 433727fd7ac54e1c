package rpc

import (
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// A polled reader has nothing for the time being, again and again, as that of a serial
// line with a timeout.
type polled struct {
	first io.Reader
	reads atomic.Int64
}

func (r *polled) Read(p []byte) (int, error) {
	r.reads.Add(1)
	if n, err := r.first.Read(p); n > 0 || err != io.EOF {
		return n, err
	}
	time.Sleep(time.Millisecond)
	return 0, nil
}

// A reader that has nothing for the time being is read no more when its call has ended.
func TestReaderThatHasNothingYet(t *testing.T) {
	p, o, _ := passPair(t)
	for _, duplex := range []bool{false, true} {
		r := &polled{first: strings.NewReader("text and more")}
		method, result := "Head", any(new([]byte))
		if duplex {
			method, result = "FillDuplex", nil
		}
		c := begin(t, o, method)
		if duplex {
			c.PassDuplex(struct {
				io.Reader
				io.Writer
			}{r, io.Discard})
		} else {
			c.PassReader(r)
		}
		if err := c.Do(3, result); err != nil {
			t.Fatal(err)
		}
		nothingLeft(t, p)
		isLeftAlone(t, r)
	}
}

func isLeftAlone(t *testing.T, r *polled) {
	t.Helper()
	var reads int64
	still := 0
	eventually(t, "the reader is left alone", func() bool {
		time.Sleep(2 * time.Millisecond)
		if now := r.reads.Load(); now != reads {
			reads, still = now, 0
		} else {
			still++
		}
		return still > 20
	})
}

// emptyWrites counts the writes of nothing.
type emptyWrites struct{ empty int }

func (w *emptyWrites) Write(p []byte) (int, error) {
	if len(p) == 0 {
		w.empty++
	}
	return len(p), nil
}

// A writer hears of a reader that breaks at once, or is empty, nothing at all: an
// http.ResponseWriter sends its header with the first Write, whatever that has.
func TestNothingIsNotWritten(t *testing.T) {
	p, o, _ := passPair(t)
	for _, text := range []string{"", "text"} {
		c := begin(t, o, "Open")
		if err := c.Do(text, nil); err != nil {
			t.Fatal(err)
		}
		r, err := c.Reader(0)
		if err != nil {
			t.Fatal(err)
		}
		w := &emptyWrites{}
		if n, err := io.Copy(w, r); err != nil || n != int64(len(text)) || w.empty > 0 {
			t.Errorf("%q: %d bytes, %v, and %d empty writes", text, n, err, w.empty)
		}
		r.Close()
	}
	nothingLeft(t, p)
}
