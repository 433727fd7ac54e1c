package gen_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/tools/internal/gen"
)

// TestRefused holds the text for each thing that the generator refuses: it says where
// in the source that stands, and what to do.
func TestRefused(t *testing.T) {
	inWorkspace(t)
	pkg, err := gen.Load(t.Context(), "testdata/refused")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	names := append(pkg.Interfaces(), "NotAnInterface", "Missing")
	for _, name := range names {
		text, err := pkg.Generate(name)
		if err == nil {
			t.Errorf("%s is not refused:\n%s", name, text)
			continue
		}
		fmt.Fprintf(&out, "%s\n\t%s\n", name, strings.ReplaceAll(err.Error(), "\n", "\n\t"))
	}
	const golden = "testdata/refused/refused.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if out.String() != string(want) {
		t.Errorf("the texts are\n%s\nand not\n%s", out.String(), want)
	}
}
