package main

import (
	"bytes"
	"os"
	"path/filepath"
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

func TestWhatTheFacadeCannotHold(t *testing.T) {
	for _, path := range []string{repository + "codec-cbor", repository + "core"} {
		if to, err := place(path); err == nil {
			t.Errorf("%s goes to %s", path, to)
		}
	}
	for path, want := range map[string]string{
		module: "", module + "/runner": "runner/", module + "/internal/wire": "internal/wire/",
		core + "/launch": "internal/launch/", core + "/internal/limits": "internal/limits/",
	} {
		if to, err := place(path); to != want || err != nil {
			t.Errorf("%s goes to %q, %v, want %q", path, to, err, want)
		}
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"embed.go": "package p\n\n//go:embed file\nvar text string\n",
		"asm.s":    "",
		"far.go":   "package p\n\nimport _ \"" + repository + "codec-cbor\"\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := copyPackage(map[string][]byte{}, dir, ""); err == nil {
			t.Errorf("%s was copied", name)
		}
		os.Remove(path)
	}
}
