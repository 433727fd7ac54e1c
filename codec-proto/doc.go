// Package protocodec is the codec over protocol buffers, for services whose
// messages are generated from .proto files, and for plugins in other languages
// that have these.
//
// Only messages cross: every argument and result type has to be a pointer to a
// generated message, of whichever API (open, hybrid or opaque), and Check says so
// about others when a service is registered.
//
// [New] is the binary encoding, and what programs use. [NewJSON] is protobuf's
// JSON mapping under a name of its own, for a person with a tool who calls a
// service by hand.
//
// Protobuf has rules of its own where the contract of codecs leaves room:
//
//   - A message has no end. No bytes at all are a message with nothing set, two
//     binary messages in a row are one message with the fields of both, and a
//     binary message that was cut short between two fields is a message.
//   - A nil message is encoded as one with nothing set, and arrives as that.
//   - Fields that the receiver does not know are kept, and sent on with the
//     message. In JSON they are ignored.
//   - Text that is not UTF-8 is an error in proto3 and in editions.
//   - The bytes of a message are not the same each time, nor in each version.
package protocodec
