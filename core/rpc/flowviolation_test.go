package rpc

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/tenon-dev/tenon/core/transport"
)

// What a peer must not send on a flow ends the session, as it does on a lane, and the
// words say what it was.
func TestViolationsOnFlows(t *testing.T) {
	first := func(id uint32, total string) []byte {
		return frameBytes(header{typ: frameMessage, flags: flagMore, id: id}, []byte(total))
	}
	for _, c := range []struct {
		name string
		send []byte
		want string
	}{
		{"a type", frameBytes(header{typ: 0x77}, []byte("x")), "type 0x77"},
		{"a call", frameBytes(header{typ: frameCall, id: 1}, callBytes(0, "")), "CALL on a flow"},
		{"a call in pieces", frameBytes(header{typ: frameCall, flags: flagMore, id: 1}, []byte("\x00\x00\x00\x09abc")), "CALL on a flow"},
		{"a long frame", []byte{0, 1, 0x10, 1, 0x20, 0, 0, 0, 0, 0, 0, 0}, "69633 bytes, where 69632"},
		{"DATA alone", frameBytes(header{typ: frameData}, []byte("x")), "no first piece"},
		{"a first piece cut", first(0, "abc"), "without the length"},
		{"more than announced", append(first(0, "\x00\x00\x00\x02a"), frameBytes(header{typ: frameData}, []byte("bc"))...), "3 bytes, where 2"},
		{"twice the same first piece", twice(first(0, "\x00\x00\x10\x00abcd")), "MESSAGE between the pieces"},
		{"two messages at a time", append(first(1, "\x00\x00\x10\x00abcd"), first(2, "\x00\x00\x10\x00abcd")...), "MESSAGE between the pieces"},
		{"another frame between pieces", append(first(0, "\x00\x00\x10\x00abcd"), frameBytes(header{typ: frameChunk}, []byte("x"))...), "CHUNK between the pieces"},
		{"END between pieces", append(first(0, "\x00\x00\x10\x00abcd"), frameBytes(header{typ: frameEnd}, nil)...), "END between the pieces"},
		{"STOP between pieces", append(first(0, "\x00\x00\x10\x00abcd"), frameBytes(header{typ: frameStop}, nil)...), "STOP between the pieces"},
		{"CHUNK in pieces", frameBytes(header{typ: frameChunk, flags: flagMore}, []byte("\x00\x00\x00\x01a")), "CHUNK in pieces"},
		{"END in pieces", frameBytes(header{typ: frameEnd, flags: flagMore}, []byte("\x00\x00\x00\x01a")), "END in pieces"},
	} {
		for name, use := range map[string]func(f *flow){
			"values":   func(f *flow) { f.next() },
			"watched":  (*flow).watch,
			"answered": func(f *flow) { f.answer() },
		} {
			t.Run(c.name+", "+name, func(t *testing.T) {
				d := receives
				switch name {
				case "watched":
					d = sends
				case "answered":
					d = sends | answered
				}
				r := newRaw(t, Config{Side: transport.Plugin, Services: services(nil)})
				f, err := r.peer.flows.claim(7, d)
				if err != nil {
					t.Fatal(err)
				}
				go use(f)
				stream := r.open(kindFlow)
				r.write(stream, binary.BigEndian.AppendUint64(nil, 7))
				stream.Write(bytes.Clone(c.send))
				r.ended(c.want)
			})
		}
	}
}
