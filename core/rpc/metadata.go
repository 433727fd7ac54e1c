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
// follows. It allocates no more than src holds.
func parseMetadata(src []byte) (Metadata, []byte, bool) {
	if len(src) < 4 {
		return nil, nil, false
	}
	n := binary.BigEndian.Uint32(src)
	src = src[4:]
	if uint64(n)*8 > uint64(len(src)) { // each entry has two lengths at least
		return nil, nil, false
	}
	md := make(Metadata, min(n, 64)) // it grows by what arrives, not by the count
	for range n {
		var k, v string
		var ok bool
		if k, src, ok = parseString(src); !ok {
			return nil, nil, false
		}
		if v, src, ok = parseString(src); !ok {
			return nil, nil, false
		}
		md[k] = v
	}
	return md, src, true
}

func appendString(dst []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint32(dst, uint32(len(s))), s...)
}

func parseString(src []byte) (string, []byte, bool) {
	n, ok := stringSize(src)
	if !ok {
		return "", nil, false
	}
	return string(src[4 : 4+n]), src[4+n:], true
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
