package main

import (
	"bufio"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
)

// A machine is where figures come from.
type machine struct {
	CPU      string `json:"cpu"`
	Cores    int    `json:"cores"`
	MaxProcs int    `json:"gomaxprocs"`
	OS       string `json:"os"`
	Kernel   string `json:"kernel,omitempty"`
	Go       string `json:"go"`
}

func thisMachine() machine {
	return machine{
		CPU:      cpuModel(),
		Cores:    runtime.NumCPU(),
		MaxProcs: runtime.GOMAXPROCS(0),
		OS:       runtime.GOOS + "/" + runtime.GOARCH,
		Kernel:   firstLine("/proc/sys/kernel/osrelease"),
		Go:       runtime.Version(),
	}
}

func cpuModel() string {
	if model := field("/proc/cpuinfo", "model name"); model != "" {
		return model
	}
	return "unknown"
}

// residentBytes returns how much memory a process occupies; NaN where the system
// does not tell.
func residentBytes(pid int) float64 {
	number, _, _ := strings.Cut(field(filepath.Join("/proc", strconv.Itoa(pid), "status"), "VmRSS"), " ")
	kib, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return math.NaN()
	}
	return kib * 1024
}

// field returns the value of the first line "key: value" of a file, or "".
func field(file, key string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if k, v, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(k) == key {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

func firstLine(file string) string {
	b, _ := os.ReadFile(file)
	line, _, _ := strings.Cut(string(b), "\n")
	return line
}

// commit names the state of the code: a hash, with "+" behind it where files
// were changed since. It is empty outside of a repository.
func commit() string {
	hash, err := exec.Command("git", "rev-parse", "--short=12", "HEAD").Output()
	if err != nil {
		return ""
	}
	changed, err := exec.Command("git", "status", "--porcelain").Output()
	if err != nil {
		return ""
	}
	name := strings.TrimSpace(string(hash))
	if len(changed) > 0 {
		name += "+"
	}
	return name
}

// versions are those of the peers that this binary links.
func versions() map[string]string {
	found := map[string]string{}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return found
	}
	for _, m := range info.Deps {
		switch m.Path {
		case "github.com/hashicorp/go-plugin", "google.golang.org/grpc", "github.com/containerd/ttrpc", "google.golang.org/protobuf",
			"github.com/hashicorp/yamux", "github.com/xtaci/smux", "github.com/fxamacker/cbor/v2":
			found[m.Path] = m.Version
		}
	}
	return found
}
