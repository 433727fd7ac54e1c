// Package unixtransport is the transport "unix/1", for a host and a plugin that are
// joined by a unix socket, as they are on Linux: each stream is a socket of its own,
// one end of a pair, and the other end is passed over the link.
//
//	tr := unixtransport.New()
//
// There is no multiplexer between the two processes: a Write is one system call, a
// Read is one, straight from and into the caller's memory, and the kernel's flow
// control is each stream's own. List it first: it is offered where the link is a
// unix stream socket and the system is Linux, and another transport is chosen
// elsewhere. Its bytes are specified in docs/transport-unix.md, from which it can
// be written in another language.
//
// # Descriptors
//
// Each stream takes a descriptor in either process. A peer can make a session hold
// as many as [transport.Config.MaxStreams] allows it, and what it passes beyond that,
// or in any way that the protocol does not know, is closed. Where a limit of the
// system is reached, Open, or the first Write, returns a [LimitError] that names it,
// and the session goes on. The usual soft limit of 1024 descriptors is no obstacle to
// Go programs, which raise it to the hard limit when they start.
//
// The peer gets its end of a stream with the first Write.
//
// # Memory
//
// What is under way in a stream is in the kernel, bounded by [SendBuffer], on the
// account of the process that wrote it.
//
// # Goroutines
//
// A session has one, which reads the link, and a second one while the link is full.
// Close waits for that one for a quarter of a second at most, and a stream that the
// peer has ended looks as long for its reason, neither of them when
// [transport.Config.Debug] is set.
package unixtransport
