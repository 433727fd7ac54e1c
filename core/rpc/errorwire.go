package rpc

import (
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/tenon-dev/tenon/core/internal/wirejson"
)

// wireError is an [Error] as it crosses: JSON whatever the codec, so that every
// peer can read why something failed, also why a codec did.
type wireError struct {
	Code    string            `json:"code"`
	Message string            `json:"message,omitempty"`
	Is      []string          `json:"is,omitempty"`
	Details map[string]string `json:"details,omitempty"`
	Panic   *wirePanic        `json:"panic,omitempty"`
}

type wirePanic struct {
	Value string `json:"value"`
	Stack string `json:"stack"`
}

// maxErrorText bounds each text of an error on the wire. A longer one is cut: an
// error must always get through.
const maxErrorText = 16 << 10

// maxErrorNames and maxErrorName bound the names of an error that are taken from
// a peer, since they may be passed on to another one.
const (
	maxErrorNames = 64
	maxErrorName  = 256
)

// appendError appends err as it crosses the wire. It cannot fail: an error that
// panics when it is asked for its text, such as a nil pointer, crosses as that.
func appendError(dst []byte, err error, registered Errors) (out []byte) {
	defer func() {
		if v := recover(); v != nil {
			out = appendWireError(dst, wireError{
				Code:    Internal.String(),
				Message: cut(fmt.Sprintf("the handler returned an error, a %T, that panics when it is read: %v", err, v)),
			})
		}
	}()
	return appendWireError(dst, describeError(err, registered))
}

// describeError returns err in the form that crosses. It panics if err does.
func describeError(err error, registered Errors) wireError {
	w := wireError{Code: CodeOf(err).String(), Message: err.Error(), Is: registered.names(err)}
	if e := (*Error)(nil); errors.As(err, &e) {
		w.Details = e.Details
		if err == error(e) {
			w.Message = e.Message
		}
		for _, name := range e.names { // pass on what a third side named, though unknown here
			if !slices.Contains(w.Is, name) {
				w.Is = append(w.Is, name)
			}
		}
	}
	if p := (*PanicError)(nil); errors.As(err, &p) {
		w.Panic = &wirePanic{Value: cut(p.Value), Stack: cut(p.Stack)}
	}
	w.Message = cut(w.Message)
	w.Is = slices.DeleteFunc(w.Is, func(name string) bool { return len(name) > maxErrorName })
	w.Is = w.Is[:min(len(w.Is), maxErrorNames)]
	if len(w.Details) > limitDetails.Max {
		w.Details = map[string]string{"details": fmt.Sprintf("left out: more than %d", limitDetails.Max)}
	}
	size := 0
	for k, v := range w.Details {
		if size += len(k) + len(v); size > maxErrorText {
			w.Details = map[string]string{"details": "left out: longer than 16 KiB together"}
			break
		}
	}
	return w
}

func appendWireError(dst []byte, w wireError) []byte {
	out := wirejson.NewWriter(dst)
	w.write(out)
	return out.Bytes()
}

// parseError reads what [appendError] wrote. What does not parse is an error
// too: the call failed, and the peer could not say why.
func parseError(src []byte, registered Errors) *Error {
	var w wireError
	err := overWire(limitError)
	if len(src) <= limitError.Max {
		r := wirejson.NewReader(src)
		w.read(r)
		err = r.Err()
	}
	if err != nil {
		return decodeError(Internal, err, "the peer's call failed, and its error does not parse: %w", err)
	}
	e := &Error{Code: ParseCode(w.Code), Message: w.Message, Details: w.Details, remote: true, names: w.Is}
	e.causes = registered.resolve(w.Is)
	if w.Panic != nil {
		e.causes = append(e.causes, &PanicError{Value: w.Panic.Value, Stack: w.Panic.Stack})
	}
	return e
}

// cut shortens s to what an error may carry, at the border of a character.
func cut(s string) string {
	if len(s) <= maxErrorText {
		return s
	}
	n := maxErrorText
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + " [cut]"
}
