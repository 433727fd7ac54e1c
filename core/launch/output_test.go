//go:build unix

package launch

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"
)

// TestRestIsPassedOnWhenTheGraceIsOver expires a drain whose writer was slow, with the
// pipe still held open by somebody.
func TestRestIsPassedOnWhenTheGraceIsOver(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	writer := &slowWriter{entered: make(chan struct{}), release: make(chan struct{})}
	d := newDrain(r, writer, slog.New(slog.DiscardHandler))
	text := bytes.Repeat([]byte("0123456789abcdef"), 3000)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	go d.run()
	<-writer.entered
	d.expire()
	close(writer.release)
	<-d.done
	if !bytes.Equal(writer.got, text) {
		t.Errorf("%d bytes of %d arrived", len(writer.got), len(text))
	}
	if _, err := r.Read(make([]byte, 1)); err == nil || err == io.EOF {
		t.Error("the pipe was not closed:", err)
	}
}

type slowWriter struct {
	entered, release chan struct{}
	got              []byte
}

func (s *slowWriter) Write(p []byte) (int, error) {
	if len(s.got) == 0 {
		close(s.entered)
		<-s.release
	}
	s.got = append(s.got, p...)
	return len(p), nil
}

// TestWriterThatDoesNotReturn is left to itself, is not called again, and keeps nobody.
func TestWriterThatDoesNotReturn(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	writer := &slowWriter{entered: make(chan struct{}), release: make(chan struct{})}
	var log bytes.Buffer
	d := newDrain(r, writer, slog.New(slog.NewTextHandler(&log, nil)))
	go d.run()
	w.Write([]byte("first"))
	<-writer.entered
	w.Write([]byte("second"))
	d.finish(time.Millisecond)
	if !strings.Contains(log.String(), "does not return") {
		t.Errorf("the log says %q", log.String())
	}
	close(writer.release)
	<-d.done
	if string(writer.got) != "first" {
		t.Errorf("it was given %q", writer.got)
	}
}

// TestSlowWriterGetsAll wants a writer that takes its time, and returns, to get everything.
func TestSlowWriterGetsAll(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	text := bytes.Repeat([]byte("0123456789abcdef"), 4000) // of more than one Write
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	d := newDrain(r, writerFunc(func(p []byte) (int, error) {
		time.Sleep(20 * time.Millisecond)
		return got.Write(p)
	}), slog.New(slog.DiscardHandler))
	go d.run()
	d.finish(10 * time.Second)
	if !bytes.Equal(got.Bytes(), text) {
		t.Errorf("%d bytes of %d arrived", got.Len(), len(text))
	}
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
