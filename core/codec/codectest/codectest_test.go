package codectest

import (
	"slices"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
)

func TestGoodCodecPassesEveryCase(t *testing.T) {
	opts := Options{New: func() codec.Codec { return jsoncodec.New() }}
	for _, cs := range cases {
		if err := runCase(cs, jsoncodec.New(), opts); err != nil {
			t.Errorf("%s: %v", cs.name, err)
		}
	}
}

// TestFakesAreCaught runs each case against a codec that breaks its sentence: a
// suite that has never failed is not a suite.
func TestFakesAreCaught(t *testing.T) {
	caught := make(map[Case]bool)
	for _, fake := range fakes {
		t.Run(string(fake.breaks)+"/"+fake.name, func(t *testing.T) {
			i := slices.IndexFunc(cases, func(cs testCase) bool { return cs.name == fake.breaks })
			err := runCase(cases[i], fake.make(), Options{})
			if err == nil {
				t.Fatalf("%s did not catch a codec that %s", fake.breaks, fake.name)
			}
			if !strings.Contains(err.Error(), fake.says) {
				t.Errorf("%s said %q, want it to mention %q", fake.breaks, err, fake.says)
			}
			caught[fake.breaks] = true
		})
	}
	for _, cs := range cases {
		if !caught[cs.name] {
			t.Errorf("no fake shows that %s can fail", cs.name)
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	if err := runCase(cases[0], jsoncodec.New(), Options{Refuses: []string{"no such sample"}}); err == nil {
		t.Error("an unknown name in Refuses was accepted")
	}
	if err := runCase(cases[0], jsoncodec.New(), Options{OnlySamples: true}); err == nil {
		t.Error("OnlySamples without Samples was accepted")
	}
	refusing := Options{Refuses: []string{"record"}}
	i := slices.IndexFunc(cases, func(cs testCase) bool { return cs.name == CheckRefuses })
	if err := runCase(cases[i], jsoncodec.New(), refusing); err == nil {
		t.Error("a sample named in Refuses was accepted by Check, and the suite did not say so")
	}
	if reason, ok := (Options{Skip: []Skip{{Truncated, "it is short"}}}).skips(Truncated); !ok || reason != "it is short" {
		t.Errorf("skips = %q, %t", reason, ok)
	}
}
