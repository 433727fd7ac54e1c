//go:build unix

package launch

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"testing"
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
