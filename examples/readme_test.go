package examples

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestREADME holds that every block of Go in the README stands, line for line, in
// the file that is linked just before it. Those of the tutorial are run by
// TestTutorial.
func TestREADME(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	text = tutorialFile.ReplaceAll(text, nil)
	link := regexp.MustCompile(`\]\((examples/[^)]+\.go)\)`)
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllSubmatchIndex(text, -1)
	if len(blocks) < 3 {
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
		source, err := os.ReadFile("../" + file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(source), block) {
			t.Errorf("%s does not hold\n%s", file, block)
		}
	}
}
