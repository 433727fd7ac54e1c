package wire

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// A ConnInfo is the message of the broker: where a service of that number listens,
// or, with a Knock, that somebody wants to open a stream to it.
type ConnInfo struct {
	ServiceID uint32
	Network   string
	Address   string
	Knock     *Knock
}

// A Knock announces the next stream of a multiplexed connection (Ack false), or
// answers that (Ack true), with what went wrong in Error.
type Knock struct {
	Knock bool
	Ack   bool
	Error string
}

// Append appends the encoded message to b.
func (c ConnInfo) Append(b []byte) []byte {
	if c.ServiceID != 0 {
		b = protowire.AppendTag(b, 1, protowire.VarintType)
		b = protowire.AppendVarint(b, uint64(c.ServiceID))
	}
	b = appendText(b, 2, c.Network)
	b = appendText(b, 3, c.Address)
	if c.Knock != nil {
		b = protowire.AppendTag(b, 4, protowire.BytesType)
		b = protowire.AppendBytes(b, c.Knock.append(nil))
	}
	return b
}

func (k Knock) append(b []byte) []byte {
	b = appendBool(b, 1, k.Knock)
	b = appendBool(b, 2, k.Ack)
	return appendText(b, 3, k.Error)
}

// ParseConnInfo decodes a message. Fields that it does not know are skipped.
func ParseConnInfo(b []byte) (ConnInfo, error) {
	var c ConnInfo
	err := fields(b, func(f field) error {
		switch {
		case f.is(1, protowire.VarintType):
			c.ServiceID = uint32(f.number)
		case f.is(2, protowire.BytesType):
			c.Network = string(f.bytes)
		case f.is(3, protowire.BytesType):
			c.Address = string(f.bytes)
		case f.is(4, protowire.BytesType):
			if c.Knock == nil {
				c.Knock = new(Knock)
			}
			return c.Knock.parse(f.bytes)
		}
		return nil
	})
	return c, err
}

func (k *Knock) parse(b []byte) error {
	return fields(b, func(f field) error {
		switch {
		case f.is(1, protowire.VarintType):
			k.Knock = f.number != 0
		case f.is(2, protowire.VarintType):
			k.Ack = f.number != 0
		case f.is(3, protowire.BytesType):
			k.Error = string(f.bytes)
		}
		return nil
	})
}

func appendBool(b []byte, n protowire.Number, v bool) []byte {
	if !v {
		return b
	}
	return protowire.AppendVarint(protowire.AppendTag(b, n, protowire.VarintType), 1)
}

// appendText appends a string field. A peer refuses one that is not UTF-8, and with
// it the whole stream.
func appendText(b []byte, n protowire.Number, s string) []byte {
	if s == "" {
		return b
	}
	return protowire.AppendString(protowire.AppendTag(b, n, protowire.BytesType), strings.ToValidUTF8(s, "\uFFFD"))
}

// A field is one that was read: number holds a varint, bytes a length-delimited value.
type field struct {
	n      protowire.Number
	kind   protowire.Type
	number uint64
	bytes  []byte
}

func (f field) is(n protowire.Number, kind protowire.Type) bool { return f.n == n && f.kind == kind }

// fields calls each for every field of b, and stops at the first error.
func fields(b []byte, each func(field) error) error {
	for len(b) > 0 {
		n, kind, size := protowire.ConsumeTag(b)
		if size < 0 {
			return fmt.Errorf("a message of go-plugin's services is malformed: %w", protowire.ParseError(size))
		}
		b = b[size:]
		f := field{n: n, kind: kind}
		switch kind {
		case protowire.VarintType:
			f.number, size = protowire.ConsumeVarint(b)
		case protowire.BytesType:
			f.bytes, size = protowire.ConsumeBytes(b)
		default:
			size = protowire.ConsumeFieldValue(n, kind, b)
		}
		if size < 0 {
			return fmt.Errorf("field %d of a message of go-plugin's services is malformed: %w", n, protowire.ParseError(size))
		}
		if err := each(f); err != nil {
			return err
		}
		b = b[size:]
	}
	return nil
}
