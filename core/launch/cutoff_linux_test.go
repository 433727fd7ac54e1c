package launch_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/launch"
)

// TestExecutableThatIsCutOff names what the system says, and what may have happened.
func TestExecutableThatIsCutOff(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	head := make([]byte, 1000)
	if _, err := f.ReadAt(head, 0); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "cut")
	if err := os.WriteFile(path, head, 0o755); err != nil {
		t.Fatal(err)
	}
	_, err = launch.Command(path).Launch(t.Context(), launch.Request{})
	var start *launch.StartError
	if !errors.As(err, &start) || !strings.Contains(start.Found, "input/output error") || !strings.Contains(start.Hint, "build or copy it again") {
		t.Errorf("got %v", err)
	}
}
