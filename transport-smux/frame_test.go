package smuxtransport

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"testing"
)

// appendFrame appends the bytes of f, with a body of zeros.
func appendFrame(b []byte, f frame) []byte {
	if f.version == 0 {
		f.version = version
	}
	if f.kind == kindUPD && f.length == updateSize {
		return appendUpdate(b, f)
	}
	b = append(b, f.version, f.kind)
	b = binary.LittleEndian.AppendUint16(b, f.length)
	b = binary.LittleEndian.AppendUint32(b, f.id)
	return append(b, make([]byte, f.length)...)
}

// update is a window update.
func update(id, consumed, window uint32) frame {
	return frame{kind: kindUPD, length: updateSize, id: id, consumed: consumed, window: window}
}

func TestGoldenBytes(t *testing.T) {
	golden := []byte{2, 4, 8, 0, 7, 0, 0, 0, 0, 1, 0, 0, 0, 0, 16, 0}
	if got := appendUpdate(nil, update(7, 256, 1<<20)); !bytes.Equal(got, golden) {
		t.Errorf("appendUpdate = % x, want % x", got, golden)
	}
	if got, want := parseHeader(golden), (frame{version: 2, kind: kindUPD, length: 8, id: 7}); got != want {
		t.Errorf("parseHeader = %+v, want %+v", got, want)
	}
}

func TestScanner(t *testing.T) {
	want := []frame{
		{version: 2, kind: kindSYN, id: 3},
		{version: 2, kind: kindPSH, id: 3, length: 300},
		{version: 2, kind: kindUPD, id: 3, length: updateSize, consumed: 9, window: 1 << 20},
		{version: 2, kind: kindNOP},
		{version: 2, kind: kindUPD, id: 3, length: 3},
		{version: 2, kind: kindFIN, id: 3},
	}
	var wire []byte
	for _, f := range want {
		wire = appendFrame(wire, f)
	}
	for step := 1; step <= len(wire); step++ {
		var s scanner
		var got []frame
		for chunk := range slices.Chunk(wire, step) {
			if err := s.scan(chunk, func(f frame) error { got = append(got, f); return nil }); err != nil {
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
	wire := appendFrame(appendFrame(nil, frame{kind: kindNOP}), frame{kind: kindNOP})
	stop, calls := errors.New("stop"), 0
	if err := s.scan(wire, func(frame) error { calls++; return stop }); err != stop || calls != 1 {
		t.Errorf("scan = %v after %d frames, want %v after 1", err, calls, stop)
	}
}

// FuzzScanner checks that what is found does not depend on how the bytes are cut.
func FuzzScanner(f *testing.F) {
	f.Add(appendFrame(nil, frame{kind: kindPSH, length: 3}), uint8(5))
	f.Add(appendFrame([]byte("garbage!"), update(1, 2, 3)), uint8(1))
	f.Fuzz(func(t *testing.T, wire []byte, step uint8) {
		collect := func(step int) (got []frame) {
			var s scanner
			for chunk := range slices.Chunk(wire, step) {
				if err := s.scan(chunk, func(f frame) error { got = append(got, f); return nil }); err != nil {
					t.Fatal(err)
				}
			}
			return got
		}
		whole := collect(len(wire) + 1)
		cut := collect(int(step)%20 + 1)
		if !slices.Equal(whole, cut) {
			t.Errorf("in one piece: %+v, cut up: %+v", whole, cut)
		}
	})
}
