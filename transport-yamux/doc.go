// Package yamuxtransport is a Tenon transport over hashicorp/yamux, the
// multiplexer that HashiCorp's go-plugin, Consul and Nomad use. Give its value
// where a client or a plugin takes transports:
//
//	yamuxtransport.New()
//
// It speaks yamux as it is: a peer that uses the library directly, with keepalive
// or without, understands it.
//
// # What it adds
//
// The library alone does not keep the contract of the package transport. Between
// it and the link this package carries the data of streams itself, in both directions:
// each header leaves together with its body, what arrives waits in pieces that are used
// again, and neither changes goroutine in the library, which opens, accepts and ends
// streams. A full link never blocks it. The package reads along to know how many streams
// either side has open and what the peer takes. Above it, Close of a stream ends both
// directions and everything that waits, a deadline counts also where bytes are there, and
// errors are those of the contract.
//
// # What it costs
//
// A session has two goroutines, a third while the link is full, and no timers. An
// unread stream holds up to 256 KiB, and one that was read up to a window, see [Window].
// A stream that was closed here exists until the peer has closed
// it too; when there are a quarter more of both than may be open (at least 64),
// Open waits. At most 2^31 streams can be opened in a session.
//
// What a peer does that breaks the protocol ends the session, for all streams: do
// not let two parties that distrust each other share one.
package yamuxtransport
