package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// settleWithin is how long what a step started may take to be gone. What takes
// longer was left behind.
const settleWithin = 10 * time.Second

// A census is what there is of the things that a step may leave behind.
type census struct {
	goroutines  int
	descriptors int
	processes   []string // of this run, but for this process and the bystanders
	files       []string // in the run's folder for temporary files
}

// A counter counts them, and knows what belongs to the run itself.
type counter struct {
	mark string          // the value of markEnv in every process of the run
	tmp  string          // the run's TMPDIR
	ours map[string]bool // pids of bystanders
}

func (c *counter) count() census {
	n := census{goroutines: runtime.NumGoroutine()}
	if fds, err := os.ReadDir("/proc/self/fd"); err == nil {
		n.descriptors = len(fds)
	}
	filepath.WalkDir(c.tmp, func(path string, _ os.DirEntry, err error) error {
		if err == nil && path != c.tmp {
			n.files = append(n.files, path)
		}
		return nil
	})
	n.processes = c.processes()
	return n
}

// baseline counts before a step. The bystanders start goroutines that end at once,
// now and then: their number is the largest of several.
func (c *counter) baseline() census {
	n := c.count()
	for range 20 {
		time.Sleep(time.Millisecond)
		n.goroutines = max(n.goroutines, runtime.NumGoroutine())
	}
	return n
}

// processes returns those that have the run's mark in their environment, zombies
// of this process included.
func (c *counter) processes() []string {
	var all []string
	entries, _ := os.ReadDir("/proc")
	self := strconv.Itoa(os.Getpid())
	for _, e := range entries {
		pid := e.Name()
		if _, err := strconv.Atoi(pid); err != nil || pid == self || c.ours[pid] {
			continue
		}
		environ, err := os.ReadFile("/proc/" + pid + "/environ")
		if err != nil {
			continue
		}
		stat, _ := os.ReadFile("/proc/" + pid + "/stat")
		_, after, _ := strings.Cut(string(stat), ") ")
		fields := strings.Fields(after)
		zombie := len(fields) > 1 && fields[0] == "Z"
		if zombie && fields[1] == self || !zombie && bytes.Contains(environ, []byte(markEnv+"="+c.mark)) {
			cmd, _ := os.ReadFile("/proc/" + pid + "/cmdline")
			all = append(all, fmt.Sprintf("%s (%s)", pid, bytes.ReplaceAll(bytes.Trim(cmd, "\x00"), []byte{0}, []byte{' '})))
		}
	}
	return all
}

// settled waits until there is no more than before, and says what is left
// otherwise.
func (c *counter) settled(before census) error {
	var err error
	for deadline := time.Now().Add(settleWithin); ; time.Sleep(5 * time.Millisecond) {
		if err = c.more(before); err == nil || time.Now().After(deadline) {
			return err
		}
	}
}

func (c *counter) more(before census) error {
	now := c.count()
	var errs []error
	if now.goroutines > before.goroutines {
		errs = append(errs, fmt.Errorf("%d goroutines were left behind", now.goroutines-before.goroutines))
	}
	if now.descriptors > before.descriptors {
		errs = append(errs, fmt.Errorf("%d descriptors were left behind", now.descriptors-before.descriptors))
	}
	if len(now.processes) > 0 {
		errs = append(errs, fmt.Errorf("processes were left behind: %s", strings.Join(now.processes, ", ")))
	}
	if len(now.files) > 0 {
		errs = append(errs, fmt.Errorf("files were left behind: %s", strings.Join(now.files, ", ")))
	}
	return errors.Join(errs...)
}
