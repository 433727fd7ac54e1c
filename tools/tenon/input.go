package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// errLongInput is what matches when an input is longer than what is read of it.
var errLongInput = errors.New("it has more")

// readInput reads what a user names as input to its end: a file, a pipe, or - for standard
// input. What never ends keeps the command no longer than ctx: then the reading is left to
// end with the process.
func readInput(ctx context.Context, name string, stdin io.Reader, most int64) ([]byte, error) {
	type content struct {
		text []byte
		err  error
	}
	read := make(chan content, 1)
	go func() { // ends with the input: also opening a pipe waits for its other end
		text, err := readWhole(name, stdin, most)
		read <- content{text, err}
	}()
	select {
	case c := <-read:
		return c.text, c.err
	case <-ctx.Done():
		return nil, fmt.Errorf("read %s: %w", name, ctx.Err())
	}
}

func readWhole(name string, stdin io.Reader, most int64) ([]byte, error) {
	r := stdin
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		r = file
	}
	text, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("read %s: %w than %d bytes", name, errLongInput, most)
	}
	return text, err
}
