package launch

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
)

// A LinkError says why a link could not be taken over from the host.
type LinkError struct {
	Value string // what was given, as it stood in [LinkEnv]
	Found string // what is wrong with it, in words
	Err   error  // the cause, nil where there is none beyond Found
}

func (e *LinkError) Error() string {
	text := fmt.Sprintf("launch: inherit link %q: %s", e.Value, e.Found)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *LinkError) Unwrap() error { return e.Err }

// Inherit takes over the connection that the host passed on, in the process that
// inherited it. value is that of [LinkEnv], "fd:N". It marks the descriptor so that
// children do not inherit it, and returns a connection that owns it: it works once.
// Every error is a [*LinkError]; a descriptor that is no connected stream socket
// is then left as it is.
//
// Where links cannot be inherited the error matches [errors.ErrUnsupported].
func Inherit(value string) (net.Conn, error) {
	digits, ok := strings.CutPrefix(value, "fd:")
	if !ok {
		return nil, &LinkError{Value: value, Found: "it is not of the form fd:N; set by hand? the host sets " + LinkEnv}
	}
	fd, err := strconv.ParseUint(digits, 10, 31)
	if err != nil {
		return nil, &LinkError{Value: value, Found: "what follows fd: is not a descriptor's number"}
	}
	if fd < 3 {
		return nil, &LinkError{Value: value, Found: "descriptors 0, 1 and 2 are standard input and output, never a link"}
	}
	if !canInherit {
		return nil, &LinkError{Value: value, Found: "this system has no inherited links; the host must ask to listen", Err: errors.ErrUnsupported}
	}
	conn, found, err := takeOver(int(fd))
	if found != "" {
		return nil, &LinkError{Value: value, Found: found, Err: err}
	}
	return conn, nil
}

func inheritValue(fd int) string { return "fd:" + strconv.Itoa(fd) }
