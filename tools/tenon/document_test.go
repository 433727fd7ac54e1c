package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// docs/command.md has every subcommand, exit code, and flag that is one subcommand's own.
func TestDocument(t *testing.T) {
	b, err := os.ReadFile("../../docs/command.md")
	if errors.Is(err, fs.ErrNotExist) {
		return // the module alone, without the repository's documents
	}
	if err != nil {
		t.Fatal(err)
	}
	generator, err := os.ReadFile("../../docs/generator.md") // of tenon gen
	if err != nil {
		t.Fatal(err)
	}
	text := string(b) + string(generator)
	root := newRoot()
	for _, cmd := range root.Commands() {
		if cmd.Hidden {
			continue
		}
		if !strings.Contains(text, "`tenon "+cmd.Name()) {
			t.Errorf("tenon %s is not in docs/command.md", cmd.Name())
		}
		if cmd.Short == "" || cmd.HasExample() != (cmd.Name() != "version") {
			t.Errorf("tenon %s lacks a short description or an example", cmd.Name())
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Usage == "" {
				t.Errorf("tenon %s --%s has no description", cmd.Name(), f.Name)
			}
			if !strings.Contains(text, "--"+f.Name) {
				t.Errorf("tenon %s --%s is not in docs/command.md", cmd.Name(), f.Name)
			}
		})
	}
	for code, name := range exitNames {
		if want := fmt.Sprintf("| %d | `%s` | ", code, name); !strings.Contains(text, want) {
			t.Errorf("docs/command.md lacks %q", want)
		}
		if !strings.Contains(root.Long, fmt.Sprintf("%3d  ", code)) {
			t.Errorf("the help does not tell exit code %d", code)
		}
	}
}
