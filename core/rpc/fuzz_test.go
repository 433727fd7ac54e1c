package rpc

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"reflect"
	"testing"
)

func FuzzFrames(f *testing.F) {
	f.Add(frameBytes(header{typ: frameCall, flags: flagMetadata, method: 1, id: 2}, []byte("body")), uint64(1))
	f.Add(pieces(header{typ: frameReply, id: 3}, make([]byte, 3000), 500), uint64(2))
	f.Add(append(pieces(header{typ: frameCall, id: 4}, make([]byte, 20_000), 700), frameBytes(header{typ: frameCancel, id: 4}, nil)...), uint64(3))
	f.Add(frameBytes(header{typ: frameData, flags: flagAbort, id: 5}, nil), uint64(4))
	f.Add([]byte{0, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 1}, uint64(5))
	value := counted(300)
	framed, _ := newFraming().Append(nil, &value)
	f.Add(frameBytes(header{typ: frameMessage}, framed), uint64(6))
	f.Fuzz(func(t *testing.T, src []byte, seed uint64) {
		limits := Limits{Message: 2000, Metadata: 100, Calls: 4, Receive: 70_000}
		// However the bytes are cut into reads, the same comes out.
		first, firstErr := readAll(t, bytes.NewReader(src), limits)
		second, secondErr := readAll(t, &chunks{src: bytes.NewReader(src), rand: rand.New(rand.NewPCG(seed, 1))}, limits)
		if !bytes.Equal(first, second) || firstErr.Error() != secondErr.Error() {
			t.Fatalf("%q and %q; %v and %v", first, second, firstErr, secondErr)
		}
		if v := (*ProtocolError)(nil); !errors.As(firstErr, &v) && firstErr != io.EOF && firstErr != io.ErrUnexpectedEOF {
			t.Fatalf("it ended with %v", firstErr)
		}
		if len(src) >= headerSize {
			if h, err := parseHeader(src); err == nil {
				var again [headerSize]byte
				if h.put(again[:]); !bytes.Equal(again[:], src[:headerSize]) {
					t.Fatalf("% x became % x", src[:headerSize], again)
				}
			}
		}
	})
}

// readAll reads messages to the end, and returns them as text.
func readAll(t *testing.T, src io.Reader, limits Limits) ([]byte, error) {
	r, b := newTestReader(src, limits)
	r.large = 8
	var all bytes.Buffer
	for {
		var stored []byte
		r.target = targetOf(newFraming(), &stored)
		msg, err := r.next()
		if used := b.used.Load(); used > b.limit || used < 0 {
			t.Fatalf("%d bytes are held, where %d are the most", used, b.limit)
		}
		if err != nil {
			r.close()
			checkHeld(t, b)
			return all.Bytes(), err
		}
		if len(msg.body) > r.limit || msg.over != nil && msg.body != nil {
			t.Fatalf("a message of %d bytes, %v", len(msg.body), msg.over)
		}
		json.NewEncoder(&all).Encode([]any{msg.typ, msg.flags, msg.method, msg.id, msg.body, stored, msg.over != nil})
		msg.m.free()
		b.give(msg.reserved)
	}
}

func FuzzCallBody(f *testing.F) {
	refs := []reference{{kind: refObject, id: 9, methods: []string{"Get", ""}}, {kind: refNil}, {kind: refFlow, id: 1}}
	b, flags := appendCallHead(nil, 7, 5, Metadata{"k": "v", "": ""}, refs)
	f.Add(append(b, "payload"...), flags)
	f.Add(make([]byte, 8), byte(0))
	f.Fuzz(func(t *testing.T, src []byte, flags byte) {
		c, err := parseCallBody(src, flags, len(src))
		if err != nil {
			if v := (*ProtocolError)(nil); !errors.As(err, &v) {
				t.Fatalf("got %v", err)
			}
			return
		}
		again, flags := appendCallHead(nil, c.object, c.deadline, c.metadata, c.references)
		d, err := parseCallBody(append(again, c.payload...), flags, len(src))
		if err != nil || d.object != c.object || d.deadline != c.deadline || len(d.metadata) != len(c.metadata) ||
			len(c.references) > 0 && !reflect.DeepEqual(d.references, c.references) || !bytes.Equal(d.payload, c.payload) {
			t.Fatalf("%+v came back as %+v, %v", c, d, err)
		}
	})
}

func FuzzMetadata(f *testing.F) {
	f.Add(Metadata{"a": "1", "b": ""}.append(nil))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, src []byte) {
		md, size, rest, ok := parseMetadata(src, len(src))
		if !ok {
			return
		}
		if md.size() > size || size > len(src) || len(rest) > len(src) {
			t.Fatalf("%v, said to have %d bytes, and %d bytes out of %d", md, size, len(rest), len(src))
		}
		if less, n, left, ok := parseMetadata(src, size-1); size > 0 && (less != nil || n != size || len(left) != len(rest) || !ok) {
			t.Fatalf("of %d bytes, which are too many, %v is kept, and %d bytes are left", n, less, len(left))
		}
		again, _, none, ok := parseMetadata(md.append(nil), len(src))
		if !ok || len(none) > 0 || !reflect.DeepEqual(again, md) {
			t.Fatalf("%v came back as %v", md, again)
		}
	})
}

func FuzzReferences(f *testing.F) {
	f.Add(appendReferences(nil, []reference{{kind: refHome, id: 1}, {kind: refObject, id: 2, methods: []string{"A"}}, {kind: 200}}))
	f.Add([]byte{0xff, 0xff, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, src []byte) {
		refs, rest, err := parseReferences(src)
		if err != nil {
			return
		}
		if again := append(appendReferences(nil, refs), rest...); !bytes.Equal(again, src) {
			t.Fatalf("% x came back as % x", src, again)
		}
	})
}

func FuzzError(f *testing.F) {
	registered := Errors{"test.locked": errTestLocked}
	f.Add(appendError(nil, Errorf(NotFound, "no %w", errTestLocked).WithDetail("k", "v"), registered))
	f.Add(appendError(nil, Errorf(Internal, "%w", &PanicError{Value: "v", Stack: "s"}), registered))
	f.Add([]byte(`{"code":"unheard_of","is":["eof","x y",""],"more":{}}`))
	f.Add([]byte(`{"panic":{}}`))
	f.Fuzz(func(t *testing.T, src []byte) {
		e := parseError(src, registered)
		if e.Code == 0 || int(e.Code) >= len(codeNames) || e.Error() == "" {
			t.Fatalf("%q is %v", src, e)
		}
		// It can be passed on, and stays what it is.
		next := parseError(appendError(nil, e, registered), registered)
		if next.Code != e.Code {
			t.Fatalf("%v became %v", e, next)
		}
		for _, b := range builtin {
			if errors.Is(e, b.err) && !errors.Is(next, b.err) {
				t.Fatalf("%v is no longer %v", next, b.err)
			}
		}
	})
}
