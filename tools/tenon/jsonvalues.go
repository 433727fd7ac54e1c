package main

import (
	"encoding/json"
	"errors"
	"io"
	"iter"
	"strconv"

	"github.com/tenon-dev/tenon/core/jsoncall"
)

// jsonValues returns the JSON values in r, one after the other, as they come. White
// space between them does not matter.
func jsonValues(r io.Reader) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		d := json.NewDecoder(r)
		for nth := 1; ; nth++ {
			var v json.RawMessage
			err := d.Decode(&v)
			if err == io.EOF {
				return
			}
			if err != nil {
				if errors.Is(err, io.ErrUnexpectedEOF) {
					err = errors.New("it ends too early")
				}
				yield(nil, &jsoncall.SyntaxError{What: "value " + strconv.Itoa(nth) + " on standard input", Err: err})
				return
			}
			if !yield(v, nil) {
				return
			}
		}
	}
}
