package rpc

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io/fs"
	"math"
	"net"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/directtransport"
)

func TestProtocolFrames(t *testing.T) {
	p := readProtocol(t)
	same(t, "ping", p.example(t, "frame ping"), frameBytes(header{typ: framePing, id: 7}, nil))
	same(t, "cancel", p.example(t, "frame cancel"), frameBytes(header{typ: frameCancel, id: 3}, nil))
	ids := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, 5), 6)
	same(t, "release", p.example(t, "frame release"), frameBytes(header{typ: frameRelease}, ids))

	call := callBody{
		object: 7, deadline: time.Second, metadata: Metadata{"trace": "ab"}, mdSize: 7,
		references: []reference{{kind: refFlow, id: 1}, {kind: refObject, id: 12, methods: []string{"Get"}}},
		payload:    []byte(`{"n":1}`),
	}
	head, flags := appendCallHead(nil, call.object, call.deadline, call.metadata, call.references)
	same(t, "call", p.example(t, "frame call"), frameBytes(header{typ: frameCall, flags: flags, method: 2, id: 3}, append(head, call.payload...)))
	r, _ := newTestReader(bytes.NewReader(p.example(t, "frame call")), Limits{})
	msg, err := r.next()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := parseCallBody(msg.body, msg.flags, 7); err != nil || !reflect.DeepEqual(got, call) {
		t.Errorf("the call reads as %+v, %v", got, err)
	}

	e := Errorf(NotFound, "no such key: %w", fs.ErrNotExist).WithDetail("key", "k")
	same(t, "error", p.example(t, "frame error"), frameBytes(header{typ: frameReply, flags: flagError, id: 3}, appendError(nil, e, nil)))

	flow := append([]byte{kindFlow}, binary.BigEndian.AppendUint64(nil, 1)...)
	flow = append(flow, frameBytes(header{typ: frameMessage}, []byte("42"))...)
	same(t, "flow", p.example(t, "flow"), append(flow, frameBytes(header{typ: frameEnd}, nil)...))
	full := appendError(nil, errors.New("disk full"), nil)
	same(t, "STOP", p.example(t, "flow stop"), frameBytes(header{typ: frameStop, flags: flagError}, full))
}

func TestProtocolPieces(t *testing.T) {
	p := readProtocol(t)
	r, b := newTestReader(bytes.NewReader(append(p.example(t, "abort"), p.example(t, "pieces")...)), Limits{})
	msg, err := r.next()
	if err != nil {
		t.Fatal(err)
	}
	if msg.typ != frameCall || msg.id != 9 || msg.method != 2 || string(msg.body) != string(callBytes(5, `"hello!"`)) {
		t.Errorf("the pieces read as %+v %q", msg.header, msg.body)
	}
	b.give(msg.reserved)
	checkHeld(t, b)
}

// recorder is a session that keeps what went over each of its streams.
type recorder struct {
	transport.Session
	mu      sync.Mutex
	streams []*recorded
}

type recorded struct {
	transport.Stream
	mu            sync.Mutex
	written, read bytes.Buffer
}

func (r *recorder) Open(ctx context.Context) (transport.Stream, error) {
	s, err := r.Session.Open(ctx)
	if err != nil {
		return nil, err
	}
	rec := &recorded{Stream: s}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.streams = append(r.streams, rec)
	return rec, nil
}

func (r *recorded) Write(p []byte) (int, error) {
	r.mu.Lock()
	r.written.Write(p)
	r.mu.Unlock()
	return r.Stream.Write(p)
}

func (r *recorded) Read(p []byte) (int, error) {
	n, err := r.Stream.Read(p)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.read.Write(p[:n])
	return n, err
}

// The session that the document prints is what two engines say to each other.
func TestProtocolSession(t *testing.T) {
	leak.Check(t)
	a, b := net.Pipe()
	host, err := directtransport.New().Session(a, transport.Config{Side: transport.Host})
	if err != nil {
		t.Fatal(err)
	}
	plugin, err := directtransport.New().Session(b, transport.Config{Side: transport.Plugin})
	if err != nil {
		t.Fatal(err)
	}
	rec := &recorder{Session: host}
	codecs := []codec.Codec{jsoncodec.New()}
	greeter := NewService(func(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil },
		Handle(pingMethod, func(struct{}, context.Context, struct{}) (string, error) { return "pong", nil }))
	served, err := NewPeer(plugin, Config{Side: transport.Plugin, Codecs: codecs, Services: map[string]*Service{"greeter": greeter}})
	if err != nil {
		t.Fatal(err)
	}
	defer served.Close()
	p, err := NewPeer(rec, Config{Side: transport.Host, Codecs: codecs})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	o, err := p.Dispense(context.Background(), "greeter", nil)
	if err != nil {
		t.Fatal(err)
	}
	wantPong(t, o)
	o.Close()
	if err := p.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	doc := readProtocol(t)
	for i, lane := range []string{"control", "calls"} {
		s := rec.streams[i]
		s.mu.Lock()
		same(t, lane+" from the host", doc.example(t, "session "+lane+" host"), s.written.Bytes())
		same(t, lane+" from the plugin", doc.example(t, "session "+lane+" plugin"), s.read.Bytes())
		s.mu.Unlock()
	}
	if len(rec.streams) != 2 {
		t.Errorf("%d streams", len(rec.streams))
	}
	shutdown := doc.example(t, "session control host")
	if grace := binary.BigEndian.Uint64(shutdown[len(shutdown)-8:]); grace != math.MaxInt64 {
		t.Errorf("no bound is %x", grace)
	}
}
