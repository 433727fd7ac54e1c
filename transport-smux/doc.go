// Package smuxtransport is a Tenon transport over xtaci/smux, the multiplexer of
// kcptun and many tunnels. Give its value where a client or a plugin takes
// transports:
//
//	smuxtransport.New()
//
// It speaks version 2 of the smux protocol, as the name "smux/2" says; version 1
// has no flow control for single streams. A peer that uses the library directly,
// with version 2, understands it.
//
// # What it adds
//
// The library alone does not keep the contract of the package transport. Between
// it and the link this package carries the data of streams itself, in both directions:
// what is sent is neither copied nor passed through two goroutines, and what arrives waits
// in pieces that are used again, however small its frames are. The library opens, accepts
// and ends streams. A full link never blocks it. The package reads along to know how many
// streams either side has open, what the peer takes, whether it keeps to its window, and
// when the link ends. Above it, streams are taken from the library as they come,
// all bytes that arrived can be read after the end of the link, a Write returns
// when the peer has closed the stream, nothing keeps a caller's buffer, and errors
// are those of the contract.
//
// # What it costs
//
// A session has four goroutines, a fifth while the link is full. An unread stream
// holds up to 256 KiB, and one that was read up to its buffer, see [StreamBuffer]. A
// stream that was closed here exists until the peer has closed it too; when there are a
// quarter more of both than may be open (at least 64), Open waits. At most 2^31 streams
// can be opened in a session.
//
// The side that opens a stream must write first. What a peer does that breaks the
// protocol ends the session, for all streams: do not let two parties that distrust
// each other share one.
package smuxtransport
