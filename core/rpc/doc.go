// Package rpc is Tenon's engine: it calls, and serves calls, over a session of
// streams that a transport made. It knows nothing of processes or handshakes.
//
// Most programs meet it only through the types that describe a service:
// [Service], [Method], [Handler], [Error], [Code]. What runs is a [Peer], one on
// each side of a session, and the two are alike: each may serve, and each may
// call. A call names an [Object] on the other side, which a Dispense made, and
// one of its methods.
//
// # Data's way through
//
// [Object.Call] encodes the arguments behind the room for a header and gives
// them to its lane, a long-lived stream that carries all calls of one
// direction. On the other side a worker reads the lane and puts the message
// together, and that one or another decodes the arguments, runs the handler, and
// writes the reply on the same stream back, where the caller reads it.
// docs/protocol.md has every byte, docs/performance.md what each step costs.
//
// # Guarantees
//
// A call returns when its context ends, whatever the peer does. A value that
// does not encode, a result that does not decode, a limit that is exceeded, a
// handler that panics: each fails that one call. When the session ends every
// call fails with the reason. Nothing that a peer sends can make this side panic,
// or hold more memory than [Limits] allow.
package rpc
