// Package subject says what can be measured: a way for this process to call
// another one. Each way is a package of its own beside this one.
package subject

import (
	"context"
	"errors"
	"fmt"
	"strconv"
)

// A Label names a subject in tables and files. Subject is the library, Transport
// and Codec are empty where there is only one choice.
type Label struct {
	Subject   string
	Transport string
	Codec     string
}

// String returns the parts that are there, with slashes between them. It is the
// name by which a subject is chosen on the command line.
func (l Label) String() string {
	s := l.Subject
	for _, part := range []string{l.Transport, l.Codec} {
		if part != "" {
			s += "/" + part
		}
	}
	return s
}

// A Subject can be measured. It holds configuration only.
type Subject interface {
	Label() Label

	// Role is the name of the program that answers: a role of the benchmark's own
	// binary, and the name of a folder under plugins.
	Role() string

	// Settings says in one line how the two sides are configured.
	Settings() string

	// Start starts the program that answers, and returns when it is ready. ctx
	// bounds the start only. After an error nothing is left running.
	Start(ctx context.Context, p Program) (Session, error)
}

// A Program is a file that plays one role.
type Program struct {
	Path string
	Env  []string // added to the environment of this process, "KEY=value"

	// Streams is how many of them will be open at a time, where that is more than
	// defaults allow.
	Streams int
}

// A Session is a running program that answers. Both methods may be called
// concurrently.
type Session interface {
	// Caller prepares calls of one kind, makes the first, and checks its reply in
	// full. The Call belongs to one goroutine; release it with its second value.
	Caller(ctx context.Context, w Work) (Call, func(), error)

	// Close ends the program and waits until it was reaped. Calls that wait fail.
	// Calling it again is fine.
	Close() error

	// PID is the process that answers.
	PID() int
}

// A Call makes one call and checks the length of the reply. Of a stream it sends,
// or receives, as many messages as [Work.Messages] says.
type Call func(ctx context.Context) error

var (
	// ErrNoCalls is what Caller returns for a program that answers nothing.
	ErrNoCalls = errors.New("the program answers no calls")

	// ErrNoSuchWork is what Caller returns for a kind of work that a subject does not
	// know. It is no failure.
	ErrNoSuchWork = errors.New("it has no such thing")
)

// A Kind is what a call does.
type Kind string

// The kinds. All streams are without end, and released by the caller.
const (
	Echo   Kind = ""       // one message there and back
	Down   Kind = "down"   // a stream of messages from the program that answers
	Up     Kind = "up"     // a stream of messages to it
	Both   Kind = "both"   // messages that are streamed to it, and come back
	Turns  Kind = "turns"  // a stream of messages to it, each of which it answers before the next
	Reader Kind = "reader" // bytes from it, without messages
	Hang   Kind = "hang"   // a call that is never answered
)

// Work is what a call carries: Data, or the struct of the package sample.
// [ParseWork] makes one.
type Work struct {
	Kind   Kind
	Struct bool   // of an Echo only
	Size   int    // in bytes; of a struct what it has on the wire, about
	Data   []byte // Size bytes, shared by all callers: nobody writes to them
}

// Messages is how many messages one [Call] sends or receives: of small ones in a
// stream several, so that reading the clock is not what is measured.
func (w Work) Messages() int {
	if w.Kind == Echo || w.Kind == Turns || w.Kind == Hang {
		return 1
	}
	return max(1, min(64, 16<<10/max(w.Size, 1)))
}

// String returns a name such as "64B", "1MiB", "struct", or "down:64KiB".
func (w Work) String() string {
	if w.Kind != Echo {
		return string(w.Kind) + ":" + Work{Size: w.Size}.String()
	}
	switch {
	case w.Struct:
		return "struct"
	case w.Size >= 1<<20 && w.Size%(1<<20) == 0:
		return strconv.Itoa(w.Size>>20) + "MiB"
	case w.Size >= 1<<10 && w.Size%(1<<10) == 0:
		return strconv.Itoa(w.Size>>10) + "KiB"
	}
	return strconv.Itoa(w.Size) + "B"
}

// WrongReply is the error of a call whose reply is not what was sent.
func WrongReply(w Work) error { return fmt.Errorf("echo of %v: the reply is not what was sent", w) }
