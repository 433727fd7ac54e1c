// Package jsoncall calls any method of any plugin with JSON, without a stub and without
// its types: the catalogue that a plugin describes itself with is enough. It is what
// the command tenon calls plugins with, and what a host uses that learns at run time
// what there is to call: a console, a gateway, a test that is written down as data.
//
//	catalogue, err := client.Describe(ctx)
//	…
//	object, err := jsoncall.Target{From: client, Catalogue: catalogue}.Dispense(ctx, "kv", nil)
//	…
//	defer object.Close()
//	value, err := object.Do(ctx, "Get", jsoncall.Exchange{Args: []byte(`{"key":"answer"}`)})
//
// The plugin need not offer the codec json. From each type in the catalogue a Go type
// is made at run time that has the same encoding, the arguments are converted into it,
// and encoded in the codec that was agreed on. So what is wrong with them is found out
// before anything is sent, and told by a [*TypeError] with the place in the arguments.
//
// # Values
//
// Values are written as the package encoding/json writes them: bytes as base64,
// times by RFC 3339, and maps with texts as keys. In addition a duration may be given as
// a text such as "1.5s", bytes of a fixed length as base64 too (else, and in results, they are a list of numbers), and a
// float as "NaN", "+Inf" or "-Inf", which is also how these come back. Fields that are
// not given are zero, those that the type does not have are an error, and so is an
// argument that is missing where the method has names for them.
//
// # What each codec can do
//
//   - json: everything. Types with marshaling methods of their own take any JSON, which
//     is passed on as it is, and so do results.
//   - cbor: everything but types that only their own methods can encode (the catalogue
//     calls them opaque). Those that write themselves as text are sent as text.
//   - gob: what cbor can, but for types that write themselves as text, and types that
//     contain themselves. Of the standard library, math/big, net/netip, net.IP and
//     slog.Level are known by their names, for gob and cbor alike.
//   - any other codec: what [Target.Messages] can, for methods whose argument or result
//     is a message of its own; else as cbor.
//
// What cannot be done is refused with an [*UnsupportedError], before the call.
//
// # Live values
//
// The streaming methods of all three kinds can be called. Of other live arguments, one
// reader and one writer can be passed, and a reader can be taken as the result; callbacks
// and objects need code on this side, and are refused.
package jsoncall
