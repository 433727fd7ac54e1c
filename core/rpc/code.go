package rpc

import "strconv"

// A Code says what kind of failure an error is, in words that every language
// shares. The numbers and names are those of gRPC's status codes.
//
// A Code is itself an error: errors.Is(err, rpc.NotFound) holds for every error
// that carries the code, on whichever side of the link it was made.
type Code uint8

// The codes. Zero is no error and never crosses the wire.
const (
	Canceled           Code = 1  // the caller gave up
	Unknown            Code = 2  // an error without a code, most often a plain Go error of a handler
	InvalidArgument    Code = 3  // the caller's fault, whatever the state of the callee
	DeadlineExceeded   Code = 4  // the deadline passed first; the call may have had its effect
	NotFound           Code = 5  // no such thing
	AlreadyExists      Code = 6  // the thing exists already
	PermissionDenied   Code = 7  // this caller may not do that
	ResourceExhausted  Code = 8  // a limit was reached; the message names it
	FailedPrecondition Code = 9  // the callee's state does not allow it
	Aborted            Code = 10 // a conflict with something concurrent: try the whole again
	OutOfRange         Code = 11 // past the end
	Unimplemented      Code = 12 // no such service, method or feature on that side
	Internal           Code = 13 // a bug: a panic, a broken invariant, a peer that breaks the protocol
	Unavailable        Code = 14 // the other side is gone or going: the call did not complete
	DataLoss           Code = 15 // bytes were lost or spoiled for good
	Unauthenticated    Code = 16 // who the caller is was not proven
)

var codeNames = [...]string{
	0:                  "ok",
	Canceled:           "canceled",
	Unknown:            "unknown",
	InvalidArgument:    "invalid_argument",
	DeadlineExceeded:   "deadline_exceeded",
	NotFound:           "not_found",
	AlreadyExists:      "already_exists",
	PermissionDenied:   "permission_denied",
	ResourceExhausted:  "resource_exhausted",
	FailedPrecondition: "failed_precondition",
	Aborted:            "aborted",
	OutOfRange:         "out_of_range",
	Unimplemented:      "unimplemented",
	Internal:           "internal",
	Unavailable:        "unavailable",
	DataLoss:           "data_loss",
	Unauthenticated:    "unauthenticated",
}

// String returns the code's name on the wire, such as "not_found".
func (c Code) String() string {
	if int(c) < len(codeNames) {
		return codeNames[c]
	}
	return "code_" + strconv.Itoa(int(c))
}

// Error returns the same as String; it makes a Code an error to compare with.
func (c Code) Error() string { return c.String() }

// ParseCode returns the code of that name, and Unknown for a name that is not
// one: a peer may know codes that this side does not.
func ParseCode(name string) Code {
	for c := Canceled; int(c) < len(codeNames); c++ {
		if codeNames[c] == name {
			return c
		}
	}
	return Unknown
}
