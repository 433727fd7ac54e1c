package rpc

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// The messages write what encoding/json makes of their tags, and read what it writes: a
// field that one of the methods forgot would differ.
func TestRootMessagesAgreeWithTheirTags(t *testing.T) {
	for _, m := range []rootMessage{
		&dispenseRequest{Service: "s\n", Codecs: []string{"a", "b"}, Config: []byte{0, 255}, Codec: "c"},
		&dispenseRequest{},
		&dispenseReply{Object: 1<<64 - 1, Service: "s", Codec: "c", Methods: []methodNumber{{Name: "A"}, {Name: "B", Params: []string{"x", "y"}, Live: &places{Takes: []string{"reader"}, Gives: []string{"writer", ""}}}, {Live: &places{}}}},
		&dispenseReply{},
		&wireError{
			Code: "internal", Message: "\"<no>\"", Is: []string{"a"}, Details: map[string]string{"z": "1", "a\"": "2"},
			Panic: &wirePanic{Value: "v", Stack: "s"},
		},
		&wireError{},
	} {
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(m); err != nil {
			t.Fatal(err)
		}
		c := newRootCodec()
		b, err := c.Append([]byte("x"), m)
		if got := string(b); err != nil || got != "x"+strings.TrimSpace(want.String()) {
			t.Errorf("%T: wrote\n%s, %v, encoding/json\n%s", m, got, err, &want)
		}
		got := reflect.New(reflect.TypeOf(m).Elem()).Interface()
		if err := c.Decode(want.Bytes(), got); err != nil || !reflect.DeepEqual(got, m) {
			t.Errorf("%T: read %+v, %v, encoding/json had %+v", m, got, err, m)
		}
	}
}

func TestRootCodecRefuses(t *testing.T) {
	for _, src := range []string{``, `{"service":1}`, `{"codecs":{}}`, `{"service":"a"} x`, "{\"service\":\"\xff\"}", `{"config":"***"}`} {
		if err := newRootCodec().Decode([]byte(src), new(dispenseRequest)); err == nil {
			t.Errorf("%q was taken", src)
		}
	}
	var any map[string]int
	if err := newRootCodec().Decode([]byte(`{"a":1}`), &any); err != nil || any["a"] != 1 {
		t.Errorf("got %v, %v", any, err)
	}
}
