package private

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

// OpenRegular opens a file for reading, and refuses what is none: opening a pipe, or
// reading one, may never end.
func OpenRegular(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|openFlags, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no regular file (%v)", path, info.Mode().Type())
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// ReadShort reads a regular file that must not have more than limit bytes.
func ReadShort(path string, limit int64) ([]byte, error) {
	f, err := OpenRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	if size := info.Size(); size <= limit {
		text.Grow(int(size) + bytes.MinRead)
		_, err = text.ReadFrom(io.LimitReader(f, limit+1)) // it may grow meanwhile
	}
	if err != nil {
		return nil, err
	}
	if info.Size() > limit || int64(text.Len()) > limit {
		return nil, fmt.Errorf("%s has more than %d bytes", path, limit)
	}
	return text.Bytes(), nil
}
