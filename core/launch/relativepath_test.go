package launch_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/launch"
)

// TestRelativePathThatLeadsElsewhere has a host that runs in another directory than the one
// that its path was meant for: the error says where was looked.
func TestRelativePathThatLeadsElsewhere(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	for path, want := range map[string]string{
		"bin/none": filepath.Join(dir, "bin"),
		"./none":   dir,
		"no/none":  dir,
	} {
		_, err := launch.Command(filepath.FromSlash(path)).Launch(t.Context(), launch.Request{})
		var start *launch.StartError
		if !errors.As(err, &start) || start.Reason != launch.ReasonNotFound || !strings.HasSuffix(start.Found, " "+want) {
			t.Errorf("%s: %v, which does not end with %s", path, start, want)
		}
	}
}
