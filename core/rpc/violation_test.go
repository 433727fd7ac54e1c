package rpc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/transport"
)

func wantViolation(t testing.TB, err error, want string) {
	t.Helper()
	var v *ProtocolError
	if !errors.As(err, &v) || !strings.Contains(v.Violation, want) {
		t.Fatalf("got %v, where a violation was due that contains %q", err, want)
	}
}

// What a peer must not send ends the session, with words that say what it was.
func TestViolations(t *testing.T) {
	call := frameBytes(header{typ: frameCall, id: 1}, callBytes(9, ""))
	for _, c := range []struct {
		name string
		lane byte // that the violation is sent on: opened anew, but for the control lane
		send []byte
		want string
	}{
		{"a kind", 9, nil, "unknown kind 9"},

		{"a second control lane", kindControl + 100, nil, "control lane where there is one"},
		{"a long frame", kindCalls, []byte{0, 1, 0x10, 1, 1, 0, 0, 0, 0, 0, 0, 1}, "69633 bytes, where 69632"},
		{"a type", kindCalls, frameBytes(header{typ: 0x77, id: 1}, []byte("x")), "type 0x77"},
		{"REPLY to nobody's lane", kindCalls, frameBytes(header{typ: frameReply, id: 1}, nil), "REPLY on a lane of calls"},
		{"a ping on a lane of calls", kindCalls, frameBytes(header{typ: framePing, id: 1}, nil), "PING on a lane of calls"},
		{"DATA alone", kindCalls, frameBytes(header{typ: frameData, id: 3}, []byte("x")), "no first piece"},
		{"a first piece cut", kindCalls, frameBytes(header{typ: frameCall, flags: flagMore, id: 3}, []byte("abc")), "without the length"},
		{"CANCEL in pieces", kindCalls, frameBytes(header{typ: frameCancel, flags: flagMore, id: 3}, []byte("abcd")), "CANCEL in pieces"},
		{"twice the same first piece", kindCalls, twice(frameBytes(header{typ: frameCall, flags: flagMore, id: 3}, []byte("\x00\x00\x10\x00abcd"))), "incomplete"},
		{"more than announced", kindCalls, append(frameBytes(header{typ: frameCall, flags: flagMore, id: 3}, []byte("\x00\x00\x00\x02a")),
			frameBytes(header{typ: frameData, id: 3}, []byte("bc"))...), "3 bytes, where 2 were announced"},
		{"less than announced", kindCalls, append(frameBytes(header{typ: frameCall, flags: flagMore, id: 3}, []byte("\x00\x00\x00\x09a")),
			frameBytes(header{typ: frameData, id: 3}, []byte("bc"))...), "3 bytes, where 9 were announced"},
		{"CALL for an id that is incomplete", kindCalls, append(frameBytes(header{typ: frameCall, flags: flagMore, id: 3}, []byte("\x00\x00\x00\x09a")),
			frameBytes(header{typ: frameCall, id: 3, method: rootDescribe}, callBytes(0, ""))...), "CALL 3 while the message of that id is incomplete"},
		{"CALL without an object", kindCalls, frameBytes(header{typ: frameCall, id: 1}, []byte("1234567")), "without an object"},
		{"CALL with half a deadline", kindCalls, frameBytes(header{typ: frameCall, flags: flagDeadline, id: 1}, callBytes(0, "1234567")), "deadline is cut"},
		{"CALL with half its metadata", kindCalls, frameBytes(header{typ: frameCall, flags: flagMetadata, id: 1}, callBytes(0, "\x00\x00\x00\x01\x00\x00\x00\x05ab")), "metadata is cut"},
		{"CALL with half its references", kindCalls, frameBytes(header{typ: frameCall, flags: flagReferences, id: 1}, callBytes(0, "\x00\x011234")), "references is cut"},
		{"CALL on the control lane", kindControl, call, "CALL on the control lane"},
		{"a short SHUTDOWN", kindControl, frameBytes(header{typ: frameShutdown}, []byte("1234")), "SHUTDOWN of 4 bytes"},
		{"an odd RELEASE", kindControl, frameBytes(header{typ: frameRelease}, []byte("123456789")), "RELEASE of 9 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRaw(t, Config{Side: transport.Plugin, Services: services(nil)})
			lane := r.control
			if c.lane != kindControl {
				lane = r.open(c.lane % 100)
			}
			lane.Write(c.send)
			r.ended(c.want)
		})
	}
}

func twice(b []byte) []byte { return append(append([]byte(nil), b...), b...) }

func TestTwoLanesOfCalls(t *testing.T) {
	r := newRaw(t, Config{Side: transport.Plugin, Services: services(nil)})
	first := r.open(kindCalls)
	r.dispense(first, 1, "store")
	r.open(kindCalls)
	r.ended("second lane of calls")
}

func TestControlLaneFromThePlugin(t *testing.T) {
	r := newRaw(t, Config{Side: transport.Host})
	r.open(kindControl)
	r.ended("or from the plugin")
}

func TestOneIdTwice(t *testing.T) {
	var s *store
	r := newRaw(t, Config{Side: transport.Plugin, Services: services(func(opened *store) { s = opened })})
	lane := r.open(kindCalls)
	id := r.dispense(lane, 1, "store")
	block := uint16(3)
	r.send(lane, header{typ: frameCall, id: 2, method: block}, callBytes(id, ""))
	<-s.entered
	r.send(lane, header{typ: frameCall, id: 2, method: block}, callBytes(id, ""))
	r.ended("a second CALL 2 while the first is in flight")
}

func TestAnswersThatAreNone(t *testing.T) {
	r := newRaw(t, Config{Side: transport.Host})
	ended := make(chan error, 1)
	go func() { _, err := r.peer.Describe(t.Context()); ended <- err }()
	lane := r.accept(kindCalls)
	h, _ := r.next(lane)
	r.send(lane, header{typ: frameReply, id: h.id + 7}, []byte("nobody waits for this")) // is thrown away
	r.send(lane, header{typ: frameCall, id: h.id}, callBytes(0, ""))
	wantViolation(t, <-ended, "CALL as an answer")
	if n := r.peer.Stats().Received; n != 0 {
		t.Errorf("%d bytes are still held", n)
	}
}

// The end of a lane is the end of the session.
func TestALaneEnds(t *testing.T) {
	for _, kind := range []byte{kindControl, kindCalls} {
		t.Run(fmt.Sprint(kind), func(t *testing.T) {
			r := newRaw(t, Config{Side: transport.Plugin, Services: services(nil)})
			lane := r.control
			if kind == kindCalls {
				lane = r.open(kindCalls)
				r.dispense(lane, 1, "store")
			}
			lane.Close()
			if err := waitForEnd(t, r.peer); !errors.Is(err, io.EOF) {
				t.Fatalf("got %v", err)
			}
		})
	}
}

// A stream that ends before its kind byte harms nobody.
func TestAStreamWithoutAKind(t *testing.T) {
	a, b := net.Pipe()
	r := rawOver(t, a, b, Config{Side: transport.Plugin, Services: services(nil)})
	s, err := r.session.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	r.send(r.control, header{typ: framePing, id: 5}, nil)
	if h, _ := r.next(r.control); h.typ != framePong || h.id != 5 {
		t.Fatalf("got %v %d", h.typ, h.id)
	}
}

// What stands in places that the protocol does not use is ignored.
func TestWhatIsIgnored(t *testing.T) {
	r := newRaw(t, Config{Side: transport.Plugin, Services: services(nil)})
	r.send(r.control, header{typ: framePing, flags: 0xC0, method: 7, id: 1}, []byte("a body"))
	if h, body := r.next(r.control); h.typ != framePong || h.id != 1 || len(body) != 0 {
		t.Fatalf("got %v %d %q", h.typ, h.id, body)
	}
	r.send(r.control, header{typ: framePong, id: 99}, nil)
	r.send(r.control, header{typ: frameDrained}, nil)
	r.send(r.control, header{typ: frameDrained}, nil)
	r.send(r.control, header{typ: frameRelease}, binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, 12345), rootObject))
	lane := r.open(kindCalls)
	r.send(lane, header{typ: frameCancel, id: 44}, nil)
	id := r.dispense(lane, 1, "store")
	r.send(lane, header{typ: frameCall, flags: 0x80, method: 2, id: 2}, callBytes(id, ""))
	if h, body := r.reply(lane, 2); h.flags != 0 || string(body) != `"pong"` {
		t.Fatalf("got %+v %q", h, body)
	}

	// ABORT means something in DATA alone, which has no body then.
	whole := callBytes(id, "")
	first := append(binary.BigEndian.AppendUint32(nil, uint32(len(whole))), whole[:3]...)
	r.send(lane, header{typ: frameCall, flags: flagMore, method: 2, id: 3}, first)
	r.send(lane, header{typ: frameData, flags: flagAbort | flagMore, id: 3}, []byte("a body"))
	r.send(lane, header{typ: frameCall, flags: flagMore | flagAbort, method: 2, id: 3}, first)
	r.send(lane, header{typ: frameData, id: 3, method: 7}, whole[3:])
	if h, body := r.reply(lane, 3); h.flags != 0 || string(body) != `"pong"` {
		t.Fatalf("got %+v %q", h, body)
	}
}
