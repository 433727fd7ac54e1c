package examples

import (
	"flag"
	"fmt"
	"os"
	"syscall"
)

// filesNeeded is how many descriptors the engine's case of ten thousand streams
// takes over unix/1, both ends of which are in one process there.
const filesNeeded = 21_000

// leaveOutWhatNeedsFiles raises this process's limit of open files. Where it may
// not, it leaves out that case, and says so; TestManyStreams has as many streams
// between two processes, with half as many descriptors in each.
func leaveOutWhatNeedsFiles() {
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &was); err != nil || was.Cur >= filesNeeded {
		return
	}
	raised := syscall.Rlimit{Cur: filesNeeded, Max: max(was.Max, filesNeeded)}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &raised); err != nil {
		fmt.Fprintf(os.Stderr, "leaving out ten thousand streams over unix/1 in one process: they take %d open files, the limit is %d: %v\n", filesNeeded, was.Max, err)
		flag.Set("test.skip", "^TestEngine$/^unix$/^1$/^ten_thousand_streams$")
	}
}
