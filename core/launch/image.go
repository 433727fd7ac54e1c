package launch

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"
)

// image is what the first bytes of a file say about it.
type image struct {
	format      format
	system      string   // the GOOS it was built for, "" if unknown
	systemSure  bool     // the file says so itself
	arches      []string // the GOARCHes in it; "" stands for one that is unknown
	interpreter string   // the loader of an ELF file, the program of a script
	cutOff      bool     // what its headers speak of is not all there
}

// script returns the program that a script names, "" where it is none, or names none.
func (img image) script() string {
	if img.format != formatScript {
		return ""
	}
	return img.interpreter
}

type format uint8

const (
	formatUnknown format = iota
	formatEmpty
	formatELF
	formatMachO
	formatPE
	formatScript  // begins with #!
	formatText    // readable, without #!
	formatArchive // an ar archive, as a Go package that is not main is built into
	formatWasm
)

// String returns, for example, "linux/arm64".
func (img image) String() string {
	system := img.system
	if system == "" {
		system = "an unknown system"
	}
	names := make([]string, len(img.arches))
	for i, arch := range img.arches {
		if arch == "" {
			arch = "an unknown processor"
		}
		names[i] = system + "/" + arch
	}
	return strings.Join(names, " and ")
}

// Limits on what is read of a file that may be anything.
const (
	headLimit   = 4096
	interpLimit = 4096
	archLimit   = 16 // processors in one file
	phdrLimit   = 256
)

// readImage reads the headers of a file of the given size. The standard library's
// readers load whole tables, which a hostile or broken file can make huge.
func readImage(r io.ReaderAt, size int64) image {
	head := readAt(r, 0, min(size, headLimit))
	switch {
	case len(head) == 0:
		return image{format: formatEmpty}
	case bytes.HasPrefix(head, []byte("\x7fELF")):
		return readELF(r, head, size)
	case bytes.HasPrefix(head, []byte("MZ")):
		return readPE(r, head)
	case bytes.HasPrefix(head, []byte("#!")):
		return image{format: formatScript, interpreter: scriptInterpreter(head)}
	case bytes.HasPrefix(head, []byte("!<arch>\n")):
		return image{format: formatArchive}
	case bytes.HasPrefix(head, []byte("\x00asm")):
		return image{format: formatWasm}
	}
	if img, ok := readMachO(head); ok {
		return img
	}
	if looksLikeText(head) {
		return image{format: formatText}
	}
	return image{}
}

// readAt returns up to n bytes at off: fewer at the end of the file, none where off is
// out of all bounds, which is an error to every reader.
func readAt(r io.ReaderAt, off, n int64) []byte {
	if n <= 0 {
		return nil
	}
	buf := make([]byte, n)
	got, _ := r.ReadAt(buf, off)
	return buf[:max(0, min(got, len(buf)))]
}

// scriptInterpreter returns the program that a #! line names. A carriage return is
// kept, as the system keeps it.
func scriptInterpreter(head []byte) string {
	line, _, _ := bytes.Cut(head[2:], []byte("\n"))
	line = bytes.Trim(line, " \t")
	if i := bytes.IndexAny(line, " \t"); i >= 0 {
		line = line[:i]
	}
	return string(line)
}

func looksLikeText(head []byte) bool {
	for i := 0; i < len(head); {
		r, n := utf8.DecodeRune(head[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			// A rune that the end of head cuts in two is no sign of anything.
			return i > 0 && len(head)-i < utf8.UTFMax && !utf8.FullRune(head[i:])
		case r < ' ' && !strings.ContainsRune("\t\n\v\f\r\x1b", r):
			return false
		}
		i += n
	}
	return true
}
