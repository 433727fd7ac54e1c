package archive

import (
	"os"
	"strconv"
	"strings"
)

// Peak returns the most memory that this process had in RAM, in bytes, and 0 where
// the system does not say.
func Peak() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kB, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			if err == nil {
				return kB << 10
			}
		}
	}
	return 0
}
