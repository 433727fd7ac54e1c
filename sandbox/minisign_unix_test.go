//go:build unix

package sandbox

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"aead.dev/minisign"

	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/verify"
)

// A pipe in the place of a signature holds nobody.
func TestSignatureIsPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plugin")
	pipe := path + SignatureSuffix
	if err := errors.Join(os.WriteFile(path, []byte("#!/bin/sh\n"), 0o755), syscall.Mkfifo(pipe, 0o644)); err != nil {
		t.Fatal(err)
	}
	release := time.AfterFunc(10*time.Second, func() { // so that the test ends when it fails
		if f, err := os.OpenFile(pipe, os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil {
			t.Error("it waits for somebody to write")
			f.Close()
		}
	})
	defer release.Stop()
	text, _ := newMinisignKey(t)
	v, err := Minisign(text)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := launch.Command(path, verify.With(v)).Launch(t.Context(), launch.Request{}); err == nil || !strings.Contains(err.Error(), "is no regular file") {
		t.Error(err)
	}
}

// A large file takes no memory where its hash was signed, and is refused where the whole of
// it would have to be read.
func TestMinisignOfLargeFile(t *testing.T) {
	copied := filepath.Join(t.TempDir(), "plugin")
	const size = 32 << 20
	if err := errors.Join(os.WriteFile(copied, nil, 0o500), os.Truncate(copied, size)); err != nil {
		t.Fatal(err)
	}
	key, private := newMinisignKey(t)
	v, err := Minisign(key)
	if err != nil {
		t.Fatal(err)
	}
	signed := minisign.NewReader(io.LimitReader(zeros{}, size))
	if _, err := io.Copy(io.Discard, signed); err != nil {
		t.Fatal(err)
	}
	check := func(size int64, signature []byte) (uint64, error) {
		t.Helper()
		if err := os.WriteFile(copied+SignatureSuffix, signature, 0o600); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := v.Verify(t.Context(), verify.Candidate{Path: copied, Copy: copied, Size: size})
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc, err
	}
	signature := signed.Sign(private)
	if took, err := check(size, signature); err != nil || took > 8<<20 {
		t.Errorf("%v, with %d bytes of memory", err, took)
	}
	broken := bytes.Replace(signature, []byte("timestamp:"), []byte("timestamp: "), 1)
	if _, err := check(size, broken); !errors.Is(err, ErrSignature) {
		t.Error(err)
	}
	// What it says of itself is not read before it is known to be short enough.
	if err := errors.Join(os.Chmod(copied, 0o700), os.Truncate(copied, longestUnhashed+1)); err != nil {
		t.Fatal(err)
	}
	took, err := check(longestUnhashed+1, minisign.Sign(private, []byte("another")))
	if err == nil || !strings.Contains(err.Error(), "has more than 268435456 bytes") || took > 8<<20 {
		t.Errorf("%v, with %d bytes of memory", err, took)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
