package rpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/internal/visible"
)

// An Error is what crosses the link when a call fails, and what every method of
// this package returns for a call that failed, on either side. Handlers may
// return one made by [Errorf], or any other error: then its text crosses with
// the code that [CodeOf] finds in it, Unknown for most.
//
// errors.Is on an Error holds for its [Code], and on both sides for the errors
// that have a name on the wire: context.Canceled, context.DeadlineExceeded,
// io.EOF, io.ErrUnexpectedEOF, fs.ErrNotExist, fs.ErrExist, fs.ErrPermission,
// [ErrReleased], [ErrStopped], and those that an application registers (see
// [Errors]).
type Error struct {
	Code    Code
	Message string            // for people; never parse it
	Details map[string]string // for programs; small, nil for most

	remote bool
	names  []string // wire names of the errors that this one matches
	causes []error  // what Unwrap gives: local causes, or the named errors of this side
}

// Errorf returns an [*Error] with a code and a message made as by fmt.Errorf.
// What %w wraps stays reachable on this side, and where it has a name on the
// wire (see [Error]) on the other side too; nothing else of it crosses.
func Errorf(code Code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	e := &Error{Code: code, Message: err.Error()}
	switch w := err.(type) {
	case interface{ Unwrap() error }:
		e.causes = []error{w.Unwrap()}
	case interface{ Unwrap() []error }:
		e.causes = w.Unwrap()
	}
	return e
}

// WithDetail returns a copy of e that carries one more detail. Details count
// against the limit of metadata.
func (e *Error) WithDetail(key, value string) *Error {
	c := *e
	c.Details = maps.Clone(e.Details)
	if c.Details == nil {
		c.Details = map[string]string{}
	}
	c.Details[key] = value
	return &c
}

// Error returns "code: message". What would drive a terminal in it is escaped; Message is
// what the other side sent.
func (e *Error) Error() string {
	if e.Message == "" {
		return e.Code.String()
	}
	return e.Code.String() + ": " + visible.Text(e.Message)
}

// Remote reports whether the other side of the link made this error.
func (e *Error) Remote() bool { return e.remote }

// Is reports whether target is e's code; see [errors.Is].
func (e *Error) Is(target error) bool {
	code, ok := target.(Code)
	return ok && code == e.Code
}

// Unwrap returns the causes on this side, see [errors.Is].
func (e *Error) Unwrap() []error { return e.causes }

// A PanicError is the panic of a handler: only its call failed. On the side that
// called, errors.As finds it in the [Error] that the call returned. It is also that of
// a reader, a writer or a sequence which the engine used on the application's behalf.
type PanicError struct {
	Value string // what was passed to panic, as text
	Stack string // the goroutine, as runtime/debug.Stack prints it
}

// Error returns "panic: value", without the stack.
func (p *PanicError) Error() string { return "panic: " + visible.Text(p.Value) }

// Errors gives names on the wire to the errors of an application, so that
// errors.Is finds them on the other side: {"kv.locked": kv.ErrLocked}. Both
// sides need the same entry; an error that only one of them knows crosses as its
// code and text. Names must not contain blanks; those without a dot belong to
// this package.
type Errors map[string]error

// builtin are the errors that keep their identity without being registered.
// The order is fixed, since what is found first is named first.
var builtin = []struct {
	name string
	err  error
}{
	{"canceled", context.Canceled},
	{"deadline", context.DeadlineExceeded},
	{"eof", io.EOF},
	{"unexpected_eof", io.ErrUnexpectedEOF},
	{"not_exist", fs.ErrNotExist},
	{"exist", fs.ErrExist},
	{"permission", fs.ErrPermission},
	{"released", ErrReleased},
	{"stopped", ErrStopped},
}

// names returns the wire names of all that err matches.
func (m Errors) names(err error) []string {
	var names []string
	for _, b := range builtin {
		if errors.Is(err, b.err) {
			names = append(names, b.name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if errors.Is(err, m[name]) {
			names = append(names, name)
		}
	}
	return names
}

// resolve returns this side's errors of those names.
func (m Errors) resolve(names []string) []error {
	var found []error
	for _, name := range names {
		if err, ok := m[name]; ok && err != nil {
			found = append(found, err)
			continue
		}
		for _, b := range builtin {
			if b.name == name {
				found = append(found, b.err)
			}
		}
	}
	return found
}

// CodeOf returns the code of err: that of the first [Error] or [Code] in its
// tree, else what the standard library's errors mean, else Unknown. It is zero
// for nil.
func CodeOf(err error) Code {
	if err == nil {
		return 0
	}
	if e := (*Error)(nil); errors.As(err, &e) {
		return e.Code
	}
	if c := Code(0); errors.As(err, &c) {
		return c
	}
	switch {
	case errors.Is(err, context.Canceled):
		return Canceled
	case errors.Is(err, context.DeadlineExceeded):
		return DeadlineExceeded
	case errors.Is(err, fs.ErrNotExist):
		return NotFound
	case errors.Is(err, fs.ErrExist):
		return AlreadyExists
	case errors.Is(err, fs.ErrPermission):
		return PermissionDenied
	}
	return Unknown
}

// ctxError is what a call returns whose own context ended.
func ctxError(ctx context.Context, what string) *Error {
	cause := context.Cause(ctx)
	e := &Error{Code: Canceled, Message: what + ": " + cause.Error(), causes: []error{ctx.Err()}}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		e.Code = DeadlineExceeded
	}
	if cause != ctx.Err() {
		e.causes = append(e.causes, cause)
	}
	return e
}

// decodeError says why a value did not decode. A limit of the codec is a limit that was
// exceeded, as one of [Limits] is.
func decodeError(code Code, err error, format string, args ...any) *Error {
	var over *codec.LimitError
	if errors.As(err, &over) {
		return Errorf(ResourceExhausted, format, args...).WithDetail("limit", over.Limit)
	}
	return Errorf(code, format, args...)
}
