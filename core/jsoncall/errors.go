package jsoncall

import (
	"fmt"
	"strconv"
	"strings"
)

// A SyntaxError says that a text is no JSON value.
type SyntaxError struct {
	What string // what the text was to be, such as "the arguments"
	Err  error  // of the package encoding/json
}

// Error says what is no JSON, and why.
func (e *SyntaxError) Error() string { return fmt.Sprintf("%s: this is no JSON: %v", e.What, e.Err) }

// Unwrap returns the cause.
func (e *SyntaxError) Unwrap() error { return e.Err }

// A TypeError says that a value does not have the type that the catalogue asks for.
type TypeError struct {
	Path  string // leads to the value: "arguments.entry.tags[2]"
	Want  string // the type in words
	Found string // what there is, in words
	Hint  string // what to do; "" for nothing in particular
}

// Error says where it is, what was expected, what was found, and what to do.
func (e *TypeError) Error() string {
	text := e.Path + ": expected " + e.Want + ", found " + e.Found
	if e.Hint != "" {
		text += ": " + e.Hint
	}
	return text
}

// An UnknownError says that a plugin serves nothing of a name.
type UnknownError struct {
	What    string   // "service" or "method"
	Name    string   // as it was asked for
	Nearest string   // the name that was likely meant; "" where none is near
	Known   []string // all that there are
}

// Error names what was likely meant, else what there is.
func (e *UnknownError) Error() string {
	text := "the plugin has no " + e.What + " " + strconv.Quote(e.Name)
	switch {
	case e.Nearest != "":
		return text + ": did you mean " + strconv.Quote(e.Nearest) + "?"
	case len(e.Known) == 0:
		return text + ": it has none"
	}
	return text + ": it has " + strings.Join(e.Known, ", ")
}

// An UnsupportedError says that something cannot be called without its types.
type UnsupportedError struct {
	What   string // the method, or the part of it
	Codec  string // in which it cannot be done; "" for every one
	Reason string
}

// Error says what cannot be done, in which codec, and why.
func (e *UnsupportedError) Error() string {
	if e.Codec == "" {
		return fmt.Sprintf("%s cannot be called with JSON: %s", e.What, e.Reason)
	}
	return fmt.Sprintf("%s cannot be called with JSON over the codec %s: %s", e.What, e.Codec, e.Reason)
}
