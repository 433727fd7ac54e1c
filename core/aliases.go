package tenon

import (
	"context"

	"github.com/tenon-dev/tenon/core/rpc"
)

// These are the engine's types that programs meet every day, under the name of
// the package that they import anyway. The package rpc documents them.
type (
	// Object is one value on the other side: what a Dispense returns.
	Object = rpc.Object
	// Service is a set of methods that one side offers to the other.
	Service = rpc.Service
	// Error is what a failed call returns, and what a handler may return.
	Error = rpc.Error
	// Code says what kind of failure an [Error] is, and is an error itself.
	Code = rpc.Code
	// Errors gives names on the wire to the errors of an application.
	Errors = rpc.Errors
	// PanicError is the panic of a handler, as the caller sees it.
	PanicError = rpc.PanicError
	// Metadata travels with a call beside its arguments.
	Metadata = rpc.Metadata
	// Limits bounds what the other side can make this one hold.
	Limits = rpc.Limits
	// Interceptor stands around calls.
	Interceptor = rpc.Interceptor
	// CallInfo is what an [Interceptor] sees of a call.
	CallInfo = rpc.CallInfo
	// Catalogue says what a plugin serves.
	Catalogue = rpc.Catalogue
)

// Services are what a plugin serves, by the names under which they are
// dispensed.
type Services map[string]*Service

// The codes of errors; see [Code].
const (
	Canceled           = rpc.Canceled
	Unknown            = rpc.Unknown
	InvalidArgument    = rpc.InvalidArgument
	DeadlineExceeded   = rpc.DeadlineExceeded
	NotFound           = rpc.NotFound
	AlreadyExists      = rpc.AlreadyExists
	PermissionDenied   = rpc.PermissionDenied
	ResourceExhausted  = rpc.ResourceExhausted
	FailedPrecondition = rpc.FailedPrecondition
	Aborted            = rpc.Aborted
	OutOfRange         = rpc.OutOfRange
	Unimplemented      = rpc.Unimplemented
	Internal           = rpc.Internal
	Unavailable        = rpc.Unavailable
	DataLoss           = rpc.DataLoss
	Unauthenticated    = rpc.Unauthenticated
)

// Errorf returns an [*Error] with a code; see [rpc.Errorf].
func Errorf(code Code, format string, args ...any) *Error { return rpc.Errorf(code, format, args...) }

// WithMetadata returns a context whose calls carry md; see [rpc.WithMetadata].
func WithMetadata(ctx context.Context, md Metadata) context.Context {
	return rpc.WithMetadata(ctx, md)
}

// MetadataFrom returns, in a handler, the metadata of the call that it serves.
func MetadataFrom(ctx context.Context) Metadata { return rpc.MetadataFrom(ctx) }
