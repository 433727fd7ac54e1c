// Package directtransport is the transport "direct/1": a small multiplexer with
// a credit window for each stream, which needs nothing but the standard library
// and runs over any [net.Conn], also inside testing/synctest.
//
//	tr := directtransport.New()
//
// Its bytes are specified in docs/transport-direct.md, from which it can be
// written in another language.
//
// # Memory
//
// Each stream may have 256 KiB under way in each direction. The peer can make a
// session hold at most that much, and half as much again for the way in which it is
// kept, for each stream that [transport.Config.MaxStreams] allows it and for each
// one that this side opened. Streams that are read hold next to nothing.
//
// # Goroutines
//
// A session has two: one reads the link and never writes to it, so that two
// sides that only write cannot stop each other; the other writes what nobody
// else is there to write. An uncontended Write writes to the link in the
// caller's goroutine over *net.UnixConn and *net.TCPConn. Over any other
// connection it does not, because a write that is interrupted there may do harm
// (over TLS it does), and Close of a stream must be able to interrupt.
//
// Write returns once the bytes are on the link, or among at most 128 KiB that
// the session is about to write there. Close of a session waits for those, for a
// quarter of a second at most. Besides that, and the deadlines that its user
// sets, a session has no timers, so that [transport.Config.Debug] changes nothing.
package directtransport
