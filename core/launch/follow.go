package launch

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"sync"
	"time"
)

// followEvery is how often a file is looked at whose end was reached. There is
// nothing to wait on that the standard library has everywhere.
const followEvery = 10 * time.Millisecond

// A follower reads a file to its end and beyond, as it grows, until it is told that
// it will not grow any more.
type follower struct {
	file *os.File
	seen *os.File // holds how far it was read, for who follows it next
	pos  int64
	stop chan struct{}
	once sync.Once
}

var _ source = (*follower)(nil)

// seenSuffix is that of the file which holds how far an output was read: a number
// of 8 bytes, the first byte the highest.
const seenSuffix = ".seen"

// follow reads a file that holds an output of a plugin, from where it was read last.
func follow(path string) (*follower, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	seen, err := os.OpenFile(path+seenSuffix, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		f.Close()
		return nil, err
	}
	from := make([]byte, 8)
	if n, _ := seen.ReadAt(from, 0); n < len(from) {
		clear(from)
	}
	return &follower{file: f, seen: seen, pos: max(0, int64(binary.BigEndian.Uint64(from))), stop: make(chan struct{})}, nil
}

// passed notes that what was read has reached the host's writer.
func (f *follower) passed() {
	f.seen.WriteAt(binary.BigEndian.AppendUint64(nil, uint64(f.pos)), 0) // a failure costs a repetition
}

// Read returns what there is, or waits for it. What was cut out of the file before
// it was read is left out.
func (f *follower) Read(p []byte) (int, error) {
	var ticker *time.Ticker
	for {
		last := false
		select {
		case <-f.stop:
			last = true
		default:
		}
		f.pos = nextData(f.file, f.pos)
		n, err := f.file.ReadAt(p, f.pos)
		switch {
		case n > 0:
			f.pos += int64(n)
			return n, nil
		case err != io.EOF:
			return 0, err
		case f.wasCut():
			continue
		case last:
			return 0, io.EOF
		}
		if ticker == nil {
			ticker = time.NewTicker(followEvery)
			defer ticker.Stop()
		}
		select {
		case <-ticker.C:
		case <-f.stop:
		}
	}
}

// SetReadDeadline says that the file does not grow any more.
func (f *follower) SetReadDeadline(time.Time) error {
	f.once.Do(func() { close(f.stop) })
	return nil
}

// Close closes the file. Read must have returned.
func (f *follower) Close() error { return errors.Join(f.file.Close(), f.seen.Close()) }

// wasCut notices, at the end of the file, that it has become shorter: where nothing
// can be cut out of a file, all of it is thrown away.
func (f *follower) wasCut() bool {
	info, err := f.file.Stat()
	if err != nil || info.Size() >= f.pos {
		return false
	}
	f.pos = 0
	return true
}
