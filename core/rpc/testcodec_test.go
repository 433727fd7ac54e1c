package rpc

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
)

// bytesCodec is a codec for []byte alone that costs next to nothing.
type bytesCodec struct{}

func (bytesCodec) Name() string { return "bytes" }

func (bytesCodec) Check(t reflect.Type) error {
	if t != reflect.TypeFor[[]byte]() {
		return fmt.Errorf("bytes: %v is no []byte", t)
	}
	return nil
}

func (bytesCodec) Append(dst []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case *[]byte:
		return append(dst, *v...), nil
	case []byte:
		return append(dst, v...), nil
	}
	return dst, fmt.Errorf("bytes: %T is no []byte", v)
}

func (bytesCodec) Decode(src []byte, v any) error {
	p, ok := v.(*[]byte)
	if !ok {
		return fmt.Errorf("bytes: %T is no *[]byte", v)
	}
	*p = append([]byte(nil), src...)
	return nil
}

// fussyCodec refuses every type.
type fussyCodec struct{ bytesCodec }

func (fussyCodec) Name() string             { return "fussy" }
func (fussyCodec) Check(reflect.Type) error { return errors.New("fussy: not this one") }

// renamed is a codec under another name.
type renamed struct {
	codec.Codec
	name string
}

func (r renamed) Name() string { return r.name }

// counting counts how often a codec was asked about a type.
type counting struct {
	codec.Codec
	checks *int
}

func (c counting) Check(t reflect.Type) error {
	*c.checks++
	return c.Codec.Check(t)
}

func newNothing(context.Context, func(any) error) (any, error) { return struct{}{}, nil }

func serveNothing(context.Context, any, *Incoming) error { return nil }

// newBytesService serves Echo of []byte only.
func newBytesService() *Service {
	return NewService(
		func(context.Context, struct{}) (*store, error) { return &store{closed: make(chan struct{})}, nil },
		Handle(echoMethod, func(_ *store, _ context.Context, b []byte) ([]byte, error) { return b, nil }),
	)
}

// The codec is chosen for each service: the first in the host's order that both
// sides have and its types pass, whichever side dispenses.
func TestCodecPerService(t *testing.T) {
	both := []codec.Codec{fussyCodec{}, bytesCodec{}, jsoncodec.New()}
	all := map[string]*Service{"store": newStoreService(nil), "bytes": newBytesService()}
	p := newPair(t, Config{Codecs: both, Services: all}, Config{Codecs: both, Services: all})
	for name, want := range map[string]string{"store": "json", "bytes": "bytes"} {
		for _, peer := range []*Peer{p.host, p.plugin} {
			o, err := peer.Dispense(t.Context(), name, nil)
			if err != nil || o.Codec() != want {
				t.Fatalf("%s: %v, not %s", name, err, want)
			}
			if got, err := echoMethod.Call(t.Context(), o, []byte("x")); err != nil || string(got) != "x" {
				t.Errorf("%s: got %q, %v", name, got, err)
			}
		}
	}
	// The caller's own types count too.
	o, err := p.host.Dispense(t.Context(), "bytes", nil, reflect.TypeFor[[]byte](), reflect.TypeFor[string]())
	if err != nil || o.Codec() != "json" {
		t.Errorf("with a string on the host's side: %v", err)
	}
}

func TestNoCodec(t *testing.T) {
	p := newPair(t,
		Config{Codecs: []codec.Codec{bytesCodec{}, fussyCodec{}}},
		Config{Codecs: []codec.Codec{bytesCodec{}, jsoncodec.New()}, Services: services(nil)})
	_, err := p.host.Dispense(t.Context(), "store", nil, reflect.TypeFor[[]byte]())
	want := `no codec for service "store": the host's types pass in bytes; the plugin has bytes, json; ` +
		`the service's types do not pass in bytes (configuration: bytes: rpc.storeConfig is no []byte): give both sides a codec that all its types pass`
	if e := (*Error)(nil); !errors.As(err, &e) || e.Code != FailedPrecondition || e.Message != want {
		t.Errorf("got  %v\nwant %v", err, want)
	}
	_, err = p.host.Dispense(t.Context(), "store", nil, reflect.TypeFor[int]())
	want = `no codec for service "store": the host's own types pass in none of its codecs: bytes (bytes: int is no []byte), ` +
		`fussy (fussy: not this one): change these types, or give both sides a codec that they pass`
	if e := (*Error)(nil); !errors.As(err, &e) || e.Code != FailedPrecondition || e.Message != want {
		t.Errorf("got  %v\nwant %v", err, want)
	}
	if _, err = p.host.Dispense(t.Context(), "store", 7); !errors.Is(err, InvalidArgument) {
		t.Errorf("a configuration in no codec: %v", err)
	}
}

// A peer that offers one codec a million times gets it looked at once.
func TestCodecOfferedOverAndOver(t *testing.T) {
	checks := 0
	fussy := counting{fussyCodec{}, &checks}
	p := newPair(t, Config{}, Config{Codecs: []codec.Codec{fussy}, Services: services(nil)})
	req := dispenseRequest{Service: "store"}
	for range 10_000 {
		req.Codecs = append(req.Codecs, "fussy")
	}
	if _, err := p.plugin.dispenseFor(t.Context(), req); !errors.Is(err, FailedPrecondition) {
		t.Fatalf("got %v", err)
	}
	if checks != 1 {
		t.Errorf("%d checks", checks)
	}
}

// A peer that chooses what was not offered is not believed.
func TestCodecThatWasNotOffered(t *testing.T) {
	other := renamed{jsoncodec.New(), "other"}
	p := newPair(t, Config{}, Config{Codecs: []codec.Codec{other}, Services: services(nil)})
	_, err := p.host.Dispense(t.Context(), "store", nil)
	if !errors.Is(err, FailedPrecondition) {
		t.Errorf("got %v", err)
	}
}
