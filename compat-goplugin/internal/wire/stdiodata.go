package wire

import "google.golang.org/protobuf/encoding/protowire"

// A Channel says which of a plugin's outputs a piece of data belongs to.
type Channel int32

// The channels. Others may come from a peer, and are dropped.
const (
	Stdout Channel = 1
	Stderr Channel = 2
)

// A StdioData is the message of the stdio service.
type StdioData struct {
	Channel Channel
	Data    []byte
}

// Append appends the encoded message to b.
func (d StdioData) Append(b []byte) []byte {
	if d.Channel != 0 {
		b = protowire.AppendTag(b, 1, protowire.VarintType)
		b = protowire.AppendVarint(b, uint64(uint32(d.Channel)))
	}
	if len(d.Data) > 0 {
		b = protowire.AppendTag(b, 2, protowire.BytesType)
		b = protowire.AppendBytes(b, d.Data)
	}
	return b
}

// ParseStdioData decodes a message, whose Data is a part of b. Fields that it does
// not know are skipped.
func ParseStdioData(b []byte) (StdioData, error) {
	var d StdioData
	err := fields(b, func(f field) error {
		switch {
		case f.is(1, protowire.VarintType):
			d.Channel = Channel(f.number)
		case f.is(2, protowire.BytesType):
			d.Data = f.bytes
		}
		return nil
	})
	return d, err
}
