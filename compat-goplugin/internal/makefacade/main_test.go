package main

import (
	"bytes"
	"testing"
)

// TestFacadeIsUpToDate fails when a file was changed without go generate.
func TestFacadeIsUpToDate(t *testing.T) {
	want, err := render("../..")
	if err != nil {
		t.Fatal(err)
	}
	got, err := present("../../facade")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range want {
		if !bytes.Equal(got[name], text) {
			t.Errorf("facade/%s is not up to date: run go generate in compat-goplugin", name)
		}
	}
	for name := range got {
		if want[name] == nil {
			t.Errorf("facade/%s should not be there: run go generate in compat-goplugin", name)
		}
	}
}
