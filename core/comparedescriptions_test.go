package tenon_test

import (
	"context"
	"slices"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
)

type oldKV struct{}

func (oldKV) Get(string) []byte { return nil }
func (oldKV) Ping() string      { return "" }

type nextKV struct{}

func (nextKV) Get(string) []byte   { return nil }
func (nextKV) Watch(string) string { return "" }

func describe(t *testing.T, versions map[int]tenon.Services) *tenon.Description {
	t.Helper()
	d, err := tenon.ServeConfig{Cookie: tenon.Cookie{Key: "COMPARE", Value: "x"}, Versions: versions}.Describe()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestCompareDescriptions(t *testing.T) {
	older := describe(t, map[int]tenon.Services{1: {"kv": dynamic.Service(oldKV{})}})
	newer := describe(t, map[int]tenon.Services{1: {"kv": dynamic.Service(nextKV{})}, 3: {"kv": dynamic.Service(nextKV{})}})
	if got := tenon.CompareDescriptions(older, older); len(got) != 0 {
		t.Errorf("nothing changed, and yet %v", got)
	}
	text := func(changes []tenon.DescriptionChange) (lines []string) {
		for _, c := range changes {
			lines = append(lines, c.String())
		}
		return lines
	}
	want := []string{
		"breaks kv.Ping: it is gone (protocol version 1)", "adds the protocol version 3", "adds kv.Watch (protocol version 1)",
	}
	got := text(tenon.CompareDescriptions(older, newer))
	if len(got) != 3 || got[1] != want[1] || got[2] != want[2] || got[0][:len("breaks kv.Ping")] != "breaks kv.Ping" {
		t.Errorf("got %q", got)
	}
	gone := *older
	gone.Transports, gone.Codecs = []string{"smux/2"}, []string{"cbor"}
	gone.Catalogues = map[int]*tenon.Catalogue{1: {Default: older.Catalogues[1].Default, Services: slices.Clone(older.Catalogues[1].Services)}}
	gone.Catalogues[1].Services[0].Codecs = []string{"cbor"}
	want = []string{"breaks the transport direct/1 is gone", "breaks the codec json is gone", "breaks kv: no codec in common: it had json, and now has cbor", "adds the transport smux/2", "adds the codec cbor"}
	if got := text(tenon.CompareDescriptions(older, &gone)); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	// A service may lose a codec that the plugin still has.
	both, one := *older, *older
	both.Codecs, one.Codecs = []string{"json", "cbor"}, []string{"json", "cbor"}
	both.Catalogues = map[int]*tenon.Catalogue{1: {Services: slices.Clone(older.Catalogues[1].Services)}}
	one.Catalogues = map[int]*tenon.Catalogue{1: {Services: slices.Clone(older.Catalogues[1].Services)}}
	both.Catalogues[1].Services[0].Codecs = both.Codecs
	one.Catalogues[1].Services[0].Codecs = []string{"cbor"}
	want = []string{"breaks kv: it can no longer be called over the codec json"}
	if got := text(tenon.CompareDescriptions(&both, &one)); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if got := tenon.CompareDescriptions(newer, older); len(got) == 0 || got[0].String() != "breaks the protocol version 3 is gone" || got[0].Version != 0 {
		t.Errorf("got %q", text(got))
	}
}

// The steps of a start come in their order, and the last is no later than the whole.
func TestStartSteps(t *testing.T) {
	c := newClient(t, "plugin", nil)
	if err := c.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	info := c.Info()
	if s := info.Steps; s.Launched <= 0 || s.Answered <= s.Launched || s.Agreed < s.Answered || info.ReadyAfter < s.Agreed {
		t.Errorf("got %+v, ready after %v", s, info.ReadyAfter)
	}
}
