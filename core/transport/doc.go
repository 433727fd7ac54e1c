// Package transport is the contract between Tenon and the drivers that turn a
// link, one private byte connection between a host and a plugin, into streams.
//
// Users name transports when they configure a client or a plugin, and never
// call them. Authors of drivers implement [Transport], [Session] and [Stream],
// and run the conformance suite in the package transporttest, which holds every
// sentence of this contract.
//
// The contract asks what the weakest multiplexer can honour and no more:
// half-close, reset and cancellation are frames of the core, above it. A driver
// translates the errors of its library: the end of a session or a stream matches
// [net.ErrClosed], a deadline [os.ErrDeadlineExceeded], an ended context its
// ctx.Err(); whatever else there is passes through, wrapped. When a method
// returns an error, its other result is nil.
package transport
