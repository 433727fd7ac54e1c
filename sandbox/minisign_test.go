package sandbox

import (
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aead.dev/minisign"

	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/verify"
)

func newMinisignKey(t testing.TB) (text string, private minisign.PrivateKey) {
	t.Helper()
	public, private, err := minisign.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return public.String(), private
}

func TestMinisign(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "plugin")
	content, evil := []byte("#!/bin/sh\necho good\n"), []byte("#!/bin/sh\necho evil\n")
	write := func(path string, content []byte) {
		t.Helper()
		if err := os.WriteFile(path, content, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	text, private := newMinisignKey(t)
	_, other := newMinisignKey(t)
	v, err := Minisign("untrusted comment: ours\n" + text + "\n")
	if err != nil {
		t.Fatal(err)
	}
	run := func() (string, error) {
		var out bytes.Buffer
		p, err := launch.Command(path, verify.With(v)).Launch(t.Context(), launch.Request{Stdout: &out})
		if err != nil {
			return "", err
		}
		<-p.Done()
		return out.String(), nil
	}
	write(path, content)
	if _, err := run(); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "its signature: open") {
		t.Errorf("without a signature: %v", err)
	}
	write(path+SignatureSuffix, minisign.Sign(private, content))
	if out, err := run(); out != "good\n" || err != nil {
		t.Errorf("%q, %v", out, err)
	}
	write(path, evil)
	if _, err := run(); !errors.Is(err, ErrSignature) || !strings.Contains(err.Error(), "did not pass its verification") {
		t.Errorf("another file: %v", err)
	}
	write(path, content)
	write(path+SignatureSuffix, minisign.Sign(other, content))
	if _, err := run(); !errors.Is(err, ErrSignature) || !strings.Contains(err.Error(), "its signature is of the key") {
		t.Errorf("another key: %v", err)
	}
	for _, broken := range [][]byte{nil, []byte("hello"), bytes.Repeat([]byte("x"), longestSignature+1), minisign.Sign(private, content)[:100]} {
		write(path+SignatureSuffix, broken)
		if _, err := run(); err == nil || !strings.Contains(err.Error(), "its signature") {
			t.Errorf("%.20q: %v", broken, err)
		}
	}
	// A signature says that a comment is trusted: it is signed as well.
	signed := minisign.SignWithComments(private, content, "trusted", "not")
	write(path+SignatureSuffix, bytes.Replace(signed, []byte("comment: trusted"), []byte("comment: changed"), 1))
	if _, err := run(); !errors.Is(err, ErrSignature) {
		t.Errorf("another comment: %v", err)
	}
	if _, err := Minisign("RWQnonsense"); err == nil || !strings.Contains(err.Error(), "the minisign key") {
		t.Error(err)
	}
}

func FuzzParseSignature(f *testing.F) {
	_, private := newMinisignKey(f)
	f.Add(minisign.Sign(private, []byte("content")))
	f.Add([]byte("untrusted comment: x\nRWQ\ntrusted comment: y\n\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := parseSignature(text)
		if err != nil {
			return
		}
		again, err := s.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		if back, err := parseSignature(again); err != nil || back.KeyID != s.KeyID || back.Signature != s.Signature || back.CommentSignature != s.CommentSignature {
			t.Fatalf("%q came back as %q, %v", text, again, err)
		}
	})
}
