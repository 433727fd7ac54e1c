package yamuxtransport

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"testing"
)

// appendHeader appends the bytes of h.
func appendHeader(b []byte, h header) []byte {
	b = append(b, h.version, h.kind)
	b = binary.BigEndian.AppendUint16(b, h.flags)
	b = binary.BigEndian.AppendUint32(b, h.id)
	return binary.BigEndian.AppendUint32(b, h.length)
}

func TestParseHeader(t *testing.T) {
	golden := []byte{0, 1, 0, 5, 0, 0, 0, 7, 0, 4, 0, 0}
	want := header{kind: kindWindowUpdate, flags: flagSYN | flagFIN, id: 7, length: 256 << 10}
	if got := parseHeader(golden); got != want {
		t.Errorf("parseHeader(% x) = %+v, want %+v", golden, got, want)
	}
}

func TestScanner(t *testing.T) {
	want := []header{
		{kind: kindWindowUpdate, flags: flagSYN, id: 1, length: 4},
		{kind: kindData, id: 1, length: 3},
		{kind: kindPing, flags: flagSYN, length: 77},
		{kind: kindData, id: 1, flags: flagFIN},
		{kind: kindGoAway, length: 1},
	}
	var wire []byte
	for _, h := range want {
		wire = appendHeader(wire, h)
		wire = append(wire, bytes.Repeat([]byte{0xff}, int(h.body()))...)
	}
	for step := 1; step <= len(wire); step++ {
		var s scanner
		var got []header
		for chunk := range slices.Chunk(wire, step) {
			if err := s.scan(chunk, func(h header) error { got = append(got, h); return nil }); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("in pieces of %d bytes: %+v, want %+v", step, got, want)
		}
	}
}

func TestScannerStopsAtError(t *testing.T) {
	var s scanner
	wire := appendHeader(appendHeader(nil, header{kind: kindPing}), header{kind: kindPing})
	stop, calls := errors.New("stop"), 0
	if err := s.scan(wire, func(header) error { calls++; return stop }); err != stop || calls != 1 {
		t.Errorf("scan = %v after %d headers, want %v after 1", err, calls, stop)
	}
}

// FuzzScanner checks that what is found does not depend on how the bytes are cut.
func FuzzScanner(f *testing.F) {
	f.Add(appendHeader(nil, header{kind: kindData, length: 3}), uint8(5))
	f.Add(appendHeader([]byte("garbage"), header{kind: 9, version: 3, length: 1 << 31}), uint8(1))
	f.Fuzz(func(t *testing.T, wire []byte, step uint8) {
		collect := func(step int) (got []header) {
			var s scanner
			for chunk := range slices.Chunk(wire, step) {
				if err := s.scan(chunk, func(h header) error { got = append(got, h); return nil }); err != nil {
					t.Fatal(err)
				}
			}
			return got
		}
		whole := collect(len(wire) + 1)
		cut := collect(int(step)%headerSize + 1)
		if !slices.Equal(whole, cut) {
			t.Errorf("in one piece: %+v, cut up: %+v", whole, cut)
		}
	})
}
