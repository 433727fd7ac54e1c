// Package codec is the contract between Tenon and the drivers that turn values
// into bytes.
//
// Users name codecs when they configure a client or a plugin, and never call
// them. Authors of drivers implement [Codec] and run the conformance suite in
// the package codectest, which holds every sentence of this contract.
package codec

import "reflect"

// Contract1 names the contract that this package states today. A driver
// refers to it, so that a driver and a core that do not fit each other fail to
// compile with a name that says why, instead of failing on the wire.
const Contract1 = 1

// A Codec encodes each value on its own: any message can be decoded without the
// ones before it, by any goroutine. All methods may be called concurrently.
//
// No input may make a Codec panic, hang, or allocate far more memory than the
// input's length justifies; where the wrapped library does not promise that, the
// driver's README says so.
type Codec interface {
	// Name is the token by which host and plugin agree on a codec during the
	// handshake, such as "cbor". Two codecs with equal names understand each
	// other.
	Name() string

	// Check reports why values of type t cannot cross, or nil. It is asked once
	// for each argument and result type when a service is registered or bound,
	// and it is asked about the type only: it must not guess from a value.
	Check(t reflect.Type) error

	// Append appends the encoding of v to dst and returns the longer slice. It
	// keeps neither, and does not touch dst[:len(dst)]. v is a value or a pointer
	// to one; both encode alike. After an error the returned slice is dst as it
	// was given.
	Append(dst []byte, v any) ([]byte, error)

	// Decode decodes src, which holds exactly one value, into v, a non-nil
	// pointer to a zero value. Bytes that are left over are an error. It does not
	// keep src, and what it stores into v does not alias src. A *[]byte may point
	// to a slice that was used before: its memory may be used again.
	Decode(src []byte, v any) error
}

// A ByteFramer is a [Codec] that encodes a []byte, alone, as a few bytes that say how many
// follow, and then those as they are. It is the one thing that drivers may offer beyond
// the contract, and core finds by asking: it moves large ones without copying them through
// the codec then.
type ByteFramer interface {
	Codec

	// AppendBytesHead appends what stands before n bytes, at most [MaxBytesHead] bytes.
	// With the bytes behind it that is what Append makes of them.
	AppendBytesHead(dst []byte, n int) []byte

	// BytesHead reports how long the head is with which src begins, and how many bytes
	// follow it. It is false where src, or what there is of it, begins with something
	// else; Decode finds out what that is.
	BytesHead(src []byte) (head, n int, ok bool)
}

// MaxBytesHead is how long the head of a [ByteFramer] may be.
const MaxBytesHead = 16
