package migrate

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var stages = []string{"before", "import", "between", "after"}

// hostsOwnRace is what a host of go-plugin prints now and then when it ends, whatever its
// plugin: it closes the connection while its multiplexer writes the end of a stream.
var hostsOwnRace = regexp.MustCompile(`(?m)^\S+ \S+ \[ERR\] yamux: Failed to write header: .*\n`)

// TestEveryStageWithEveryOther runs the host of each stage with the plugin of each.
func TestEveryStageWithEveryOther(t *testing.T) {
	dir := t.TempDir()
	for _, stage := range stages {
		for _, program := range []string{"host", "plugin"} {
			out, err := exec.Command("go", "build", "-ldflags=-s -w", "-o", filepath.Join(dir, stage+"-"+program), "./"+stage+"/"+program).CombinedOutput()
			if err != nil {
				t.Fatalf("build %s/%s: %v\n%s", stage, program, err, out)
			}
		}
	}
	// What is not for each other says so, and nothing else fails.
	refused := map[string]string{
		"before after": "Failed to read any lines",
		"import after": "is a plugin",
		"after before": "plugin",
		"after import": "is a plugin",
	}
	for _, host := range stages {
		for _, plugin := range stages {
			t.Run("host "+host+", plugin "+plugin, func(t *testing.T) {
				t.Parallel()
				out, err := exec.Command(filepath.Join(dir, host+"-host"), filepath.Join(dir, plugin+"-plugin")).CombinedOutput()
				if host == "before" {
					out = hostsOwnRace.ReplaceAll(out, nil)
				}
				text, unfit := refused[host+" "+plugin]
				switch {
				case unfit && (err == nil || !strings.Contains(string(out), text)):
					t.Errorf("%v, %s", err, out)
				case !unfit && (err != nil || string(out) != "hello world\n"):
					t.Errorf("%v, %s", err, out)
				}
			})
		}
	}
}

// TestOnlyTheImportChanges compares the first two stages.
func TestOnlyTheImportChanges(t *testing.T) {
	changed := 0
	err := filepath.WalkDir("before", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		old, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rest, _ := filepath.Rel("before", path)
		text, err := os.ReadFile(filepath.Join("import", rest))
		if err != nil {
			return err
		}
		now, was := strings.Split(string(text), "\n"), strings.Split(string(old), "\n")
		if len(now) != len(was) {
			t.Errorf("%s has another number of lines", path)
			return nil
		}
		for i := range was {
			switch strings.TrimSpace(was[i]) {
			case now[i], strings.TrimSpace(now[i]):
			case `"github.com/hashicorp/go-plugin"`:
				changed++
			default:
				if strings.Replace(was[i], "migrate/before/", "migrate/import/", 1) != now[i] {
					t.Errorf("%s: %q became %q", path, was[i], now[i])
				}
			}
		}
		return nil
	})
	if err != nil || changed != 3 {
		t.Errorf("%d imports were changed, %v", changed, err)
	}
}

// TestDocument holds that every block of Go in the document stands in the file that is
// linked just before it.
func TestDocument(t *testing.T) {
	text, err := os.ReadFile("../../docs/migrate-from-go-plugin.md")
	if err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`\]\(\.\./examples/migrate/([^)]+\.go)\)`)
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllSubmatchIndex(text, -1)
	if len(blocks) < 4 {
		t.Fatalf("only %d blocks of Go", len(blocks))
	}
	for _, b := range blocks {
		block := string(text[b[2]:b[3]])
		links := link.FindAllSubmatch(text[:b[0]], -1)
		if len(links) == 0 {
			t.Errorf("no file is linked before\n%s", block)
			continue
		}
		file := string(links[len(links)-1][1])
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(source), block) {
			t.Errorf("%s does not hold\n%s", file, block)
		}
	}
}
