package rpc

import "fmt"

// Limits bounds what a peer can make this side hold. Each side announces its own
// in the handshake, so that the other fails early and says so; each side also
// enforces its own, whatever the peer does. Exceeding one fails the call or the
// stream with [ResourceExhausted] and the limit's name, never the connection.
//
// The zero value of each field means its default; a negative value is refused
// when the client or plugin is made.
type Limits struct {
	// Message is how many bytes one argument or result value may have, encoded.
	// Larger things flow: as an io.Reader, or a stream. Default: 16 MiB.
	Message int `json:"message"`

	// Calls is how many calls of the peer may be in flight at a time.
	// Default: 2,048.
	Calls int `json:"calls"`

	// Receive is how many bytes of messages that are not yet decoded one session
	// may hold together, with replies that the peer does not read, and 256 KiB for
	// each stream of the peer that nobody has begun to read. Default: 64 MiB.
	Receive int `json:"receive"`

	// Metadata is how many bytes a call's metadata may have, keys and values
	// together. Default: 16 KiB.
	Metadata int `json:"metadata"`

	// Objects is how many objects the peer may hold, dispensed or passed by
	// reference. Default: 65,536.
	Objects int `json:"objects"`

	// References is how many values one call may pass by reference.
	// Default: 64.
	References int `json:"references"`

	// Streams is how many streams the peer may have open at a time. A streaming call is a call,
	// too; and a side opens no more than its own limit, so that both sides raise it together.
	// Default: 128.
	Streams int `json:"streams"`
}

// DefaultLimits returns what the zero [Limits] means.
func DefaultLimits() Limits {
	return Limits{
		Message:    16 << 20,
		Calls:      1 << 11,
		Receive:    64 << 20,
		Metadata:   16 << 10,
		Objects:    1 << 16,
		References: 64,
		Streams:    128,
	}
}

// WithDefaults returns l with every zero field set to its default.
func (l Limits) WithDefaults() Limits {
	d := DefaultLimits()
	l.each(&d, func(_ string, mine, other *int) {
		if *mine == 0 {
			*mine = *other
		}
	})
	return l
}

// Validate reports the first field that is negative, or larger than the wire can
// carry (2 GiB).
func (l Limits) Validate() error {
	var err error
	l.each(&l, func(name string, mine, _ *int) {
		if err == nil && (*mine < 0 || *mine > 1<<31-1) {
			err = fmt.Errorf("rpc: limit %s is %d: it must lie between 0 (the default) and 2147483647", name, *mine)
		}
	})
	return err
}

func (l *Limits) each(other *Limits, f func(name string, mine, other *int)) {
	f("Message", &l.Message, &other.Message)
	f("Calls", &l.Calls, &other.Calls)
	f("Receive", &l.Receive, &other.Receive)
	f("Metadata", &l.Metadata, &other.Metadata)
	f("Objects", &l.Objects, &other.Objects)
	f("References", &l.References, &other.References)
	f("Streams", &l.Streams, &other.Streams)
}

// exceeded is the error for a limit, worded alike everywhere, and read on either side: the
// limit is that of the side that would hold what is too much.
func exceeded(name string, have, limit int, unit string) *Error {
	return Errorf(ResourceExhausted, "%d %s are over the limit %s, %d, of the side that holds them: raise it there, or pass less at a time",
		have, unit, name, limit).WithDetail("limit", name)
}
