// Package muxlink is what a transport over a library for multiplexing needs besides the
// library: an [Outbox] between it and a link that may be full, an [Inbox] for what arrives
// on each stream, the two sides of a stream ([Reader] and [Writer]), and the end of a
// session ([Ending]). The modules transport-yamux and transport-smux are made of it; so can others
// be. Hosts and plugins do not need it.
//
// The data of streams goes past the library in both directions. Libraries pass each frame
// through a goroutine, have no way to take a caller out of a write that waits, and do not
// bound what nobody reads; see docs/rationale.md.
package muxlink
