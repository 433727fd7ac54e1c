package hello

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/tenon-dev/tenon/core/internal/wirejson"
)

// MaxSize is how many bytes a message may have, its head included.
const MaxSize = 64 << 10

// magic begins every message, so that something that is no hello is not taken
// for a very long one.
const magic = "TENO"

const headSize = len(magic) + 4

// A MalformedError says that what arrived is no hello.
type MalformedError struct {
	Found string // what was found, in words
	Err   error  // the cause, nil for most
}

// Error says what was found.
func (e *MalformedError) Error() string {
	if e.Err != nil {
		return "what arrived is no hello: " + e.Found + ": " + e.Err.Error()
	}
	return "what arrived is no hello: " + e.Found
}

// Unwrap returns the cause.
func (e *MalformedError) Unwrap() error { return e.Err }

// Append appends a message: the magic, the length of the JSON, u32 big-endian,
// and the JSON.
func Append(dst []byte, message Message) ([]byte, error) {
	w := wirejson.NewWriter(nil)
	message.write(w)
	body := w.Bytes()
	if headSize+len(body) > MaxSize {
		return dst, fmt.Errorf("a hello of %d bytes: %d are the most; the lists of versions, transports and codecs are too long", headSize+len(body), MaxSize)
	}
	dst = append(dst, magic...)
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(body)))
	return append(dst, body...), nil
}

// Read reads one message from r into message, and no byte more. io.EOF means
// that nothing arrived.
func Read(r io.Reader, message Message) error {
	var head [headSize]byte
	if n, err := io.ReadFull(r, head[:]); err != nil {
		if n > 0 && string(head[:min(n, len(magic))]) != magic[:min(n, len(magic))] {
			return &MalformedError{Found: fmt.Sprintf("it begins with %q", head[:n])}
		}
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return &MalformedError{Found: fmt.Sprintf("it ends after %d bytes", n), Err: err}
		}
		return err
	}
	if string(head[:len(magic)]) != magic {
		return &MalformedError{Found: fmt.Sprintf("it begins with %q", head[:])}
	}
	size := binary.BigEndian.Uint32(head[len(magic):])
	if uint64(size)+uint64(headSize) > MaxSize {
		return &MalformedError{Found: fmt.Sprintf("it announces %d bytes, where %d are the most", size, MaxSize-headSize)}
	}
	body := make([]byte, size)
	if n, err := io.ReadFull(r, body); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return &MalformedError{Found: fmt.Sprintf("it ends after %d of %d bytes", n, size), Err: io.ErrUnexpectedEOF}
		}
		return err
	}
	if err := parse(body, message); err != nil {
		return &MalformedError{Found: "its JSON does not parse", Err: err}
	}
	return nil
}

func parse(body []byte, message Message) error {
	r := wirejson.NewReader(body)
	message.read(r)
	return r.Err()
}
