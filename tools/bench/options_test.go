package main

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestOptions(t *testing.T) {
	o, err := parseOptions([]string{"-work", "64B,launch,struct", "-callers", "1,512", "-subjects", "raw,tenon/smux", "-codecs", "cbor,gob"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var cells, names []string
	for _, c := range o.cells {
		cells = append(cells, c.String())
	}
	for _, s := range o.subjects {
		names = append(names, s.Label().String())
	}
	if want := []string{"echo 64B, callers 1", "echo 64B, callers 512", "echo struct, callers 1", "echo struct, callers 512"}; !slices.Equal(cells, want) {
		t.Errorf("cells %q, want %q", cells, want)
	}
	if want := []string{"raw", "tenon/smux/cbor", "tenon/smux/gob"}; !slices.Equal(names, want) {
		t.Errorf("subjects %q, want %q", names, want)
	}
	if !o.launch || o.rounds != fullRounds || o.slice != fullSlice {
		t.Errorf("got %+v", o)
	}
}

func TestQuickMeasuresLess(t *testing.T) {
	full, err := parseOptions(nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	quick, err := parseOptions([]string{"-quick"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	cost := func(o *options) time.Duration {
		return time.Duration(len(o.cells)*len(o.subjects)*o.rounds) * o.slice
	}
	if cost(quick) > 20*time.Second || cost(full) < 5*cost(quick) {
		t.Errorf("quick is planned for %v, full for %v", cost(quick), cost(full))
	}
	const heavy = "echo 1MiB, callers 64"
	isHeavy := func(c cell) bool { return c.String() == heavy }
	if slices.ContainsFunc(quick.cells, isHeavy) || !slices.ContainsFunc(full.cells, isHeavy) {
		t.Errorf("%s belongs to the full run only", heavy)
	}
}

func TestWrongOptionsAreNamed(t *testing.T) {
	tests := []struct{ args, want string }{
		{"-rounds=-1", "-rounds"},
		{"-slice=1h", "-slice"},
		{"-slice=1ns", "-slice"},
		{"-callers=0", "-callers"},
		{"-callers=x", "-callers"},
		{"-work=64", ""},
		{"-work=many", "many"},
		{"-work=3MiB", "3MiB"},
		{"-codecs=xml", "xml"},
		{"-subjects=raw,nobody", "nobody"},
		{"-subjects=ten", `"ten"`},
		{"-cpuprofile=x", "-cpuprofile"},
		{"more", "more"},
	}
	for _, tt := range tests {
		_, err := parseOptions([]string{tt.args}, io.Discard)
		if tt.want == "" && err == nil {
			continue
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want something about %q", tt.args, err, tt.want)
		}
	}
	if code := run(t.Context(), []string{"-rounds=-1"}, io.Discard, io.Discard); code != 2 {
		t.Errorf("exit code %d, want 2", code)
	}
	if code := run(t.Context(), []string{"-list"}, io.Discard, io.Discard); code != 0 {
		t.Errorf("exit code %d of -list, want 0", code)
	}
}
