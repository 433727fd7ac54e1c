package launch

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestFollow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	w, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	read := func(f *follower) string {
		t.Helper()
		buf := make([]byte, 100)
		n, err := f.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		f.passed()
		return string(buf[:n])
	}
	f, err := follow(path)
	if err != nil {
		t.Fatal(err)
	}
	w.WriteString("one")
	if got := read(f); got != "one" {
		t.Errorf("got %q", got)
	}
	go func() { // while it waits
		time.Sleep(20 * time.Millisecond)
		w.WriteString("two")
	}()
	if got := read(f); got != "two" {
		t.Errorf("got %q", got)
	}
	f.Close()

	w.WriteString("three") // while nobody follows
	if f, err = follow(path); err != nil {
		t.Fatal(err)
	}
	if got := read(f); got != "three" {
		t.Errorf("the next one reads %q", got)
	}
	w.Truncate(0) // as where nothing can be cut out
	w.WriteString("4")
	if got := read(f); got != "4" {
		t.Errorf("after all was thrown away it reads %q", got)
	}
	w.WriteString("five")
	f.SetReadDeadline(time.Time{})
	if got := read(f); got != "five" {
		t.Errorf("the rest is %q", got)
	}
	if _, err := f.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("after the rest: %v", err)
	}
	f.Close()
}

// What was cut out of a file is left out, and what was not is read.
func TestFollowCutFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	w, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	f, err := follow(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	line := strings.Repeat("x", 63) + "\n"
	for range 3 * OutputCap / 64 {
		w.WriteString(line)
	}
	w.WriteString("the end\n")
	capFile(w)
	if n := held(w); n > OutputCap {
		t.Errorf("the file still holds %d bytes", n)
	}
	f.SetReadDeadline(time.Time{})
	got, err := io.ReadAll(f)
	if err != nil || bytes.IndexByte(got, 0) >= 0 || len(got) > OutputCap {
		t.Errorf("read %d bytes, %v", len(got), err)
	}
	if canCut := held(w) > 0; canCut && !bytes.HasSuffix(got, []byte(line+"the end\n")) {
		t.Errorf("the end is %q", got[max(0, len(got)-80):])
	}
	small, err := os.Create(filepath.Join(t.TempDir(), "small"))
	if err != nil {
		t.Fatal(err)
	}
	defer small.Close()
	small.WriteString("kept")
	capFile(small)
	if info, _ := small.Stat(); info.Size() != 4 || held(small) == 0 {
		t.Error("a small file was cut")
	}
}
