package verify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/tenon-dev/tenon/core/internal/private"
)

const (
	// longestSums is how much of a file of sums is read.
	longestSums = 1 << 20

	// longestSumsLine is how long a line of it may be.
	longestSumsLine = 8 << 10
)

// Sums are the sums of files by their names, as the command sha256sum prints them. It is
// a Verifier, which wants a file's base name to be among them.
type Sums map[string][sha256.Size]byte

// ParseSums reads lines of the form
//
//	<64 hexadecimal digits>  name
//
// with "*" before the name for sha256sum's binary mode, and names that are escaped as
// that command does it, after a backslash in front of the line. Empty lines and lines
// that begin with "#" are left out. A name that appears twice with different sums is an
// error, and so is every other line.
func ParseSums(text []byte) (Sums, error) {
	sums := Sums{}
	n := 0
	for line := range bytes.Lines(text) {
		n++
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		name, sum, err := parseSumsLine(string(line))
		if err != nil {
			return nil, fmt.Errorf("verify: line %d of the sums: %w", n, err)
		}
		if old, there := sums[name]; there && old != sum {
			return nil, fmt.Errorf("verify: line %d of the sums: %q was listed before, with another sum", n, name)
		}
		sums[name] = sum
	}
	return sums, nil
}

func parseSumsLine(line string) (name string, sum [sha256.Size]byte, err error) {
	if len(line) > longestSumsLine {
		return "", sum, fmt.Errorf("it has %d bytes, %d are the most", len(line), longestSumsLine)
	}
	rest, escaped := strings.CutPrefix(line, `\`)
	digits, name, ok := strings.Cut(rest, " ")
	if !ok || len(digits) != 2*sha256.Size || len(name) < 2 || name[0] != ' ' && name[0] != '*' {
		return "", sum, fmt.Errorf("it is %.100q, and not a SHA-256 in 64 digits, two blanks, and a name", line)
	}
	if _, err := hex.Decode(sum[:], []byte(digits)); err != nil {
		return "", sum, fmt.Errorf("its sum: %w", err)
	}
	name = name[1:]
	if escaped {
		name = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\r`, "\r").Replace(name)
	}
	return name, sum, nil
}

// Verify returns a [*SumError] for a file that is listed with another sum, and says so
// of one that is not listed. The last element of a path counts, on both sides; where
// several entries have the same, the file must be as all of them say.
func (s Sums) Verify(_ context.Context, file Candidate) error {
	base := filepath.Base(file.Path)
	listed := false
	for name, sum := range s {
		if path.Base(filepath.ToSlash(name)) != base {
			continue
		}
		if sum != file.Sum {
			return &SumError{Path: file.Path, Got: file.Sum, Want: sum, From: fmt.Sprintf("that of %q in the sums", name)}
		}
		listed = true
	}
	if !listed {
		return fmt.Errorf("%q is not among the %d files in the sums", base, len(s))
	}
	return nil
}

// sumsFile is a file of sums, which is read anew for each start.
type sumsFile string

// Verify reads the file, and asks what it says.
func (f sumsFile) Verify(ctx context.Context, file Candidate) error {
	text, err := private.ReadShort(string(f), longestSums)
	if err != nil {
		return fmt.Errorf("read the sums: %w", err)
	}
	sums, err := ParseSums(text)
	if err != nil {
		return fmt.Errorf("%s: %w", string(f), err)
	}
	return sums.Verify(ctx, file)
}
