package hello

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/rpc"
)

func offer() Offer {
	return Offer{
		Tenon: Version, Versions: []int{1, 2, 5}, Transports: []string{"smux/2", "direct/1"}, Codecs: []string{"cbor", "json", "gob"},
		Limits: rpc.DefaultLimits(), Features: []string{"a", "b"}, Generation: 3,
	}
}

func have() Have {
	return Have{
		Versions: []int{5, 2, 9}, Transports: []string{"direct/1", "yamux/1", "smux/2"}, Codecs: []string{"json", "proto", "cbor"},
		Limits: rpc.Limits{Message: 7}, Features: []string{"b", "c"}, Name: "n", Release: "r", Instance: "i",
	}
}

// The host's order decides, but for the version: there it is the highest.
func TestChoose(t *testing.T) {
	a := Choose(offer(), have())
	if a.Refusal != nil || a.Version != 5 || a.Transport != "smux/2" || !slices.Equal(a.Codecs, []string{"cbor", "json"}) ||
		!slices.Equal(a.Features, []string{"b"}) || a.Limits.Message != 7 || a.Name != "n" || a.Release != "r" || a.Instance != "i" || a.Tenon != Version {
		t.Errorf("got %+v", a)
	}
	if err := Verify(offer(), a); err != nil {
		t.Error(err)
	}
	o := offer()
	o.Codecs = []string{"json", "json", "cbor", "json"}
	if a := Choose(o, have()); !slices.Equal(a.Codecs, []string{"json", "cbor"}) {
		t.Errorf("got %v", a.Codecs)
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		change func(*Offer, *Have)
		want   Refusal
		text   string
	}{
		{func(o *Offer, h *Have) { o.Tenon = 2 },
			Refusal{NoHello, "version of the handshake", []string{"2"}, []string{"1"}},
			"no version of the handshake in common: the host has 2; the plugin has 1"},
		{func(o *Offer, h *Have) { h.Versions = []int{3} },
			Refusal{NoVersion, "protocol version", []string{"1", "2", "5"}, []string{"3"}},
			"no protocol version in common: the host has 1, 2, 5; the plugin has 3"},
		{func(o *Offer, h *Have) { h.Transports = nil },
			Refusal{NoTransport, "transport", []string{"smux/2", "direct/1"}, nil},
			"no transport in common: the host has smux/2, direct/1; the plugin has none"},
		{func(o *Offer, h *Have) { o.Codecs = []string{"x"} },
			Refusal{NoCodec, "codec", []string{"x"}, []string{"json", "proto", "cbor"}},
			"no codec in common: the host has x; the plugin has json, proto, cbor"},
	} {
		o, h := offer(), have()
		c.change(&o, &h)
		a := Choose(o, h)
		var r *Refusal
		if err := Verify(o, a); !errors.As(err, &r) || err.Error() != c.text || fmt.Sprint(*r) != fmt.Sprint(c.want) {
			t.Errorf("got %v (%+v)", err, r)
		}
		if a.Version != 0 || a.Transport != "" {
			t.Errorf("a refusal chooses %+v", a)
		}
	}
	if text := (&Refusal{Reason: "of_next_year"}).Error(); text != "no of_next_year in common: the host has none; the plugin has none" {
		t.Errorf("got %q", text)
	}
}

// A plugin may choose only what was offered.
func TestVerify(t *testing.T) {
	good := Choose(offer(), have())
	for want, change := range map[string]func(*Answer){
		"protocol version 9, which was not offered (1, 2, 5)": func(a *Answer) { a.Version = 9 },
		"protocol version 0": func(a *Answer) { a.Version = 0 },
		`transport "yamux/1", which was not offered (smux/2, direct/1)`:           func(a *Answer) { a.Transport = "yamux/1" },
		"chose no codec (offered: cbor, json, gob)":                               func(a *Answer) { a.Codecs = nil },
		`codec "proto", which was not offered`:                                    func(a *Answer) { a.Codecs = []string{"json", "proto"} },
		"no version of the handshake in common: the host has 1; the plugin has 0": func(a *Answer) { a.Tenon = 0 },
	} {
		a := good
		change(&a)
		if err := Verify(offer(), a); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, not %s", err, want)
		}
	}
}
