package tenon_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/launch"
)

// TestCutOffPlugin: the system starts a program of which the end is missing, and it dies of a
// signal before it can print anything.
func TestCutOffPlugin(t *testing.T) {
	self, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "plugin")
	if err := os.WriteFile(path, self[:100_000], 0o755); err != nil {
		t.Fatal(err)
	}
	client := tenon.NewClient(tenon.ClientConfig{Cookie: cookie, Launcher: launch.Command(path)})
	defer client.Close()
	err = client.Start(t.Context())
	if err == nil || !strings.Contains(err.Error(), "the file ends before the program that is in it does") {
		t.Errorf("got %v", err)
	}
}
