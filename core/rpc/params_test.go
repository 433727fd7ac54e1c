package rpc

import (
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/transport"
)

// An empty list of names is none, as where the key is not there: other languages write it so.
func TestEmptyParams(t *testing.T) {
	r := newRaw(t, Config{Side: transport.Host})
	got := make(chan *Object, 1)
	go func() {
		o, err := r.peer.Dispense(t.Context(), "words", nil)
		if err != nil {
			t.Error(err)
		}
		got <- o
	}()
	lane := r.accept(kindCalls)
	h, _ := r.next(lane)
	r.send(lane, header{typ: frameReply, id: h.id}, []byte(`{"object":1,"service":"words","codec":"json","methods":[{"name":"Longest","params":[]}]}`))
	if names, ok := (<-got).Params("Longest"); names != nil || !ok {
		t.Errorf("got %v, %v", names, ok)
	}

	word := &Type{Kind: "string"}
	method := MethodInfo{Name: "Longest", Args: word, Params: []string{}}
	if text := method.String(); !strings.Contains(text, "(string)") {
		t.Errorf("it is shown as %s", text)
	}
	of := func(m MethodInfo) *Catalogue {
		return &Catalogue{Services: []ServiceInfo{{Name: "words", Methods: []MethodInfo{m}}}}
	}
	if d := Compare(of(method), of(MethodInfo{Name: "Longest", Args: word})); len(d) != 0 {
		t.Errorf("it differs: %v", d)
	}
}
