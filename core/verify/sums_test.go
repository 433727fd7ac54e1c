package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var (
	oneSum = sha256.Sum256([]byte("1"))
	twoSum = sha256.Sum256([]byte("2"))
	one    = hex.EncodeToString(oneSum[:])
	two    = hex.EncodeToString(twoSum[:])
)

func TestParseSumsMalformed(t *testing.T) {
	for text, want := range map[string]string{
		"hello":                       "line 1 of the sums: it is \"hello\"",
		one:                           "and not a SHA-256",
		one + "  ":                    "and not a SHA-256",
		one + " x":                    "and not a SHA-256",
		one[1:] + "  x":               "and not a SHA-256",
		"z" + one[1:] + "  x":         "its sum: ",
		one + "  x\n\n" + two + " *x": `line 3 of the sums: "x" was listed before, with another sum`,
		one + "  " + strings.Repeat("x", longestSumsLine): "8192 are the most",
	} {
		if sums, err := ParseSums([]byte(text)); sums != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80q: %v, %v", text, sums, err)
		}
	}
	sums, err := ParseSums([]byte(strings.ToUpper(one) + "  a b\r\n" + one + " *a b\n" + two + "  c"))
	if err != nil || len(sums) != 2 || sums["a b"] != oneSum || sums["c"] != twoSum {
		t.Errorf("%v, %v", sums, err)
	}
}

func TestSumsVerify(t *testing.T) {
	sums := Sums{"dist/a": oneSum, "b": oneSum, "linux/c": oneSum, "darwin/c": twoSum}
	file := func(path string) Candidate { return Candidate{Path: filepath.FromSlash(path), Sum: oneSum} }
	for path, want := range map[string]string{
		"/opt/a": "", "b": "", "/opt/x": `"x" is not among the 4 files`, "/opt/dist": "is not among", "c": `that of "darwin/c" in the sums`,
	} {
		err := sums.Verify(t.Context(), file(path))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if err := sums.Verify(t.Context(), Candidate{Path: "b", Sum: twoSum}); !errors.As(err, new(*SumError)) {
		t.Error(err)
	}
}

func TestSumsFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "SHA256SUMS")
	file := Candidate{Path: "a", Sum: oneSum}
	if err := sumsFile(path).Verify(t.Context(), file); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	for text, want := range map[string]string{
		one + "  a\n": "", two + "  a\n": "in the sums", "nonsense": "SHA256SUMS: verify: line 1",
		strings.Repeat("# comment\n", longestSums/10+1): "has more than 1048576 bytes",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		err := sumsFile(path).Verify(t.Context(), file)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v", text, err)
		}
	}
}

func FuzzParseSums(f *testing.F) {
	f.Add([]byte(one + "  a\n" + two + " *b c\n"))
	f.Add([]byte(`\` + one + `  od\\d\nname` + "\n# x\n\r\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		sums, err := ParseSums(text)
		if err != nil {
			if sums != nil {
				t.Fatal("sums, and an error")
			}
			return
		}
		// Written as the command writes them, they are the same.
		var again strings.Builder
		for name, sum := range sums {
			escaped := strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`).Replace(name)
			if escaped != name {
				again.WriteString(`\`)
			}
			again.WriteString(hex.EncodeToString(sum[:]) + "  " + escaped + "\n")
		}
		back, err := ParseSums([]byte(again.String()))
		if err != nil && again.Len() < longestSumsLine || err == nil && len(back) != len(sums) {
			t.Fatalf("%q came back as %q, %v", text, again.String(), err)
		}
	})
}
