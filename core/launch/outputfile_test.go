package launch

import (
	"net"
	"os"
	"path/filepath"
	"testing"
)

// TestRemoveOutput wants what belongs to the outputs gone, and all else untouched.
func TestRemoveOutput(t *testing.T) {
	for _, tt := range []struct {
		name string
		make func(t *testing.T, dir string) (stays []string)
	}{
		{"its own files", func(*testing.T, string) []string { return nil }},
		{"another file", func(t *testing.T, dir string) []string {
			path := filepath.Join(dir, "letter")
			write(t, path)
			return []string{path}
		}},
		{"a directory by the name of an output", func(t *testing.T, dir string) []string {
			os.Remove(filepath.Join(dir, stderrFile))
			path := filepath.Join(dir, stderrFile, "letter")
			os.Mkdir(filepath.Dir(path), 0o700)
			write(t, path)
			return []string{path}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "d")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{stdoutFile, stderrFile} {
				write(t, filepath.Join(dir, name))
			}
			if l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, OutliveSocket), Net: "unix"}); err == nil {
				l.SetUnlinkOnClose(false) // as one of a plugin that was killed
				l.Close()
			}
			stays := tt.make(t, dir)
			err := RemoveOutput(dir)
			if (err != nil) != (len(stays) > 0) {
				t.Errorf("got %v", err)
			}
			for _, path := range stays {
				if _, err := os.Stat(path); err != nil {
					t.Errorf("it was removed: %v", err)
				}
			}
			if _, err := os.Stat(dir); len(stays) == 0 && !os.IsNotExist(err) {
				t.Errorf("the directory is there still: %v", err)
			}
		})
	}
	for _, none := range []string{"", filepath.Join(t.TempDir(), "none")} {
		if err := RemoveOutput(none); err != nil {
			t.Errorf("%q: %v", none, err)
		}
	}
}

func write(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
}
