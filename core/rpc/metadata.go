package rpc

import (
	"context"
	"encoding/binary"
	"maps"
	"slices"
)

// Metadata is what travels with a call beside its arguments: trace ids, tenants,
// tokens. Keys and values are any strings; an application's keys should have a
// prefix of its own.
type Metadata map[string]string

type metadataKey struct{}

type incomingKey struct{}

// WithMetadata returns a context whose calls carry md, in addition to what ctx
// already had; md wins where both have a key. It keeps a copy.
func WithMetadata(ctx context.Context, md Metadata) context.Context {
	merged := Metadata{}
	maps.Copy(merged, outgoingMetadata(ctx))
	maps.Copy(merged, md)
	return context.WithValue(ctx, metadataKey{}, merged)
}

// MetadataFrom returns, in a handler, the metadata of the call that it serves.
// It must not be changed. Metadata is not passed on by itself: a handler that
// calls on and wants to pass it says so with [WithMetadata].
func MetadataFrom(ctx context.Context) Metadata {
	md, _ := ctx.Value(incomingKey{}).(Metadata)
	return md
}

func outgoingMetadata(ctx context.Context) Metadata {
	md, _ := ctx.Value(metadataKey{}).(Metadata)
	return md
}

// size is the number of bytes that count against [Limits.Metadata].
func (md Metadata) size() int {
	n := 0
	for k, v := range md {
		n += len(k) + len(v)
	}
	return n
}

// append appends md: a count, then each key and value behind its length, all of
// them u32, sorted by key so that equal metadata gives equal bytes.
func (md Metadata) append(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(md)))
	for _, k := range slices.Sorted(maps.Keys(md)) {
		dst = appendString(appendString(dst, k), md[k])
	}
	return dst
}

// parseMetadata reads what append wrote from the start of src, and returns what
// follows. size is the number of bytes that count against the limit, where a key that
// is there twice counts twice: where that is more than most, it is read to its end and
// nothing of it is kept, since an entry takes much more in a map than on the wire.
func parseMetadata(src []byte, most int) (md Metadata, size int, rest []byte, ok bool) {
	if len(src) < 4 {
		return nil, 0, nil, false
	}
	n := binary.BigEndian.Uint32(src)
	src = src[4:]
	if uint64(n)*8 > uint64(len(src)) { // each entry has two lengths at least
		return nil, 0, nil, false
	}
	md = make(Metadata, min(n, 64)) // it grows by what arrives, not by the count
	for range n {
		var k, v []byte
		if k, src, ok = cutString(src); !ok {
			return nil, 0, nil, false
		}
		if v, src, ok = cutString(src); !ok {
			return nil, 0, nil, false
		}
		if size += len(k) + len(v); size > most {
			md = nil
			continue
		}
		md[string(k)] = string(v)
	}
	return md, size, src, true
}

func appendString(dst []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint32(dst, uint32(len(s))), s...)
}

// cutString returns the string that begins src behind its length, where it stands, and
// what follows.
func cutString(src []byte) (s, rest []byte, ok bool) {
	n, ok := stringSize(src)
	if !ok {
		return nil, nil, false
	}
	return src[4 : 4+n], src[4+n:], true
}

// stringSize returns how long the string is that begins src behind its length, if all of
// it is there.
func stringSize(src []byte) (int, bool) {
	if len(src) < 4 {
		return 0, false
	}
	n := binary.BigEndian.Uint32(src)
	if uint64(n) > uint64(len(src)-4) {
		return 0, false
	}
	return int(n), true
}
