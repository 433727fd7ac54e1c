package launch

import (
	"os"
	"syscall"
)

const (
	seekData     = 3 // SEEK_DATA
	punchHole    = 2 // FALLOC_FL_PUNCH_HOLE
	keepSize     = 1 // FALLOC_FL_KEEP_SIZE
	holeBoundary = 64 << 10
)

// nextData returns where the next data of f is at pos or behind it: what was cut
// out is skipped.
func nextData(f *os.File, pos int64) int64 {
	if at, err := syscall.Seek(int(f.Fd()), pos, seekData); err == nil {
		return at
	}
	return pos // the end, or a file system without holes
}

// cutOut frees what f holds before end, which keeps its place. It reports false
// where the file system cannot do that.
func cutOut(f *os.File, end int64) bool {
	end -= end % holeBoundary // the rest of a block would be filled with zeros
	if end <= 0 {
		return true
	}
	return syscall.Fallocate(int(f.Fd()), punchHole|keepSize, 0, end) == nil
}

// held returns how much of the disk f takes.
func held(f *os.File) int64 {
	var stat syscall.Stat_t
	if syscall.Fstat(int(f.Fd()), &stat) != nil {
		return 0
	}
	return stat.Blocks * 512
}
