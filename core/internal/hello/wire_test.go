package hello

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/internal/wirejson"
	"github.com/tenon-dev/tenon/core/rpc"
)

func of[M any](message M) *M { return &message }

// The methods write what encoding/json makes of the tags, and read what it writes: a
// field that one of them forgot would differ.
func TestTagsAndMethodsAgree(t *testing.T) {
	limits := rpc.Limits{Message: 1, Calls: 2, Receive: 3, Metadata: 4, Objects: 5, References: 6, Streams: 7}
	for _, m := range []Message{
		&Offer{
			Tenon: 1, Versions: []int{3, -1}, Transports: []string{"a", "<\"&\n>"}, Codecs: []string{}, Limits: limits, Features: []string{"f"},
			Debug: true, Generation: 1<<64 - 1, Probe: true, Keep: &Keep{Dir: "/d", Secret: []byte{0, 255}, Seconds: -7},
		},
		&Offer{Limits: limits},
		&Answer{
			Tenon: 2, Version: 3, Transport: "t", Codecs: []string{"c"}, Limits: limits, Features: []string{"f"}, Name: "n", Release: "r",
			Instance: "i", Kept: "k", Refusal: &Refusal{Reason: "e", What: "w", Host: []string{"h"}, Plugin: []string{"p", "q"}},
		},
		&Answer{Limits: limits, Refusal: &Refusal{}},
	} {
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(m); err != nil {
			t.Fatal(err)
		}
		w := wirejson.NewWriter(nil)
		m.write(w)
		if got := string(w.Bytes()); got != strings.TrimSpace(want.String()) {
			t.Errorf("%T: wrote\n%s, encoding/json\n%s", m, got, &want)
		}
		got := reflect.New(reflect.TypeOf(m).Elem()).Interface().(Message)
		if err := parse(want.Bytes(), got); err != nil || !reflect.DeepEqual(withDefaults(got), withDefaults(m)) {
			t.Errorf("%T: read %+v, %v, encoding/json had %+v", m, got, err, m)
		}
	}
}

// withDefaults leaves no difference between a list that is empty and none.
func withDefaults(m Message) Message {
	if o, ok := m.(*Offer); ok && len(o.Codecs) == 0 {
		o.Codecs = nil
	}
	return m
}

func TestReadLimits(t *testing.T) {
	for src, want := range map[string]rpc.Limits{
		`{}`:            rpc.DefaultLimits(),
		`null`:          rpc.DefaultLimits(),
		`{"message":7}`: func() rpc.Limits { l := rpc.DefaultLimits(); l.Message = 7; return l }(),
		`{"calls":-9,"objects":99999999999,"streams":1,"unknown":{}}`: func() rpc.Limits {
			l := rpc.DefaultLimits()
			l.Objects, l.Streams = 1<<31-1, 1
			return l
		}(),
	} {
		var got Offer
		if err := parse([]byte(`{"limits":`+src+`}`), &got); err != nil || got.Limits != want {
			t.Errorf("%s is %+v, %v", src, got.Limits, err)
		}
	}
	if err := parse([]byte(`{"limits":{"message":"much"}}`), new(Offer)); err == nil {
		t.Error("text is taken for a number")
	}
}
