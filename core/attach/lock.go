package attach

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// A lock is held by the one process that has a name. Its file says which one, and
// is removed with the name.
type lock struct {
	file *os.File
}

func lockPath(dir, name string) string { return filepath.Join(dir, name+lockSuffix) }

// takeLock takes the lock of a name; nil where another process has it.
func takeLock(dir, name string) (*lock, error) {
	for {
		f, err := os.OpenFile(lockPath(dir, name), os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, fmt.Errorf("attach: lock the name %s: %w", name, err)
		}
		got, err := tryLock(f)
		if err == nil && got && !isStill(f) {
			f.Close() // it was given up, and removed, between the two steps
			continue
		}
		if err == nil && got {
			if err = f.Truncate(0); err == nil {
				_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
			}
			if err == nil {
				return &lock{f}, nil
			}
		}
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("attach: lock the name %s: %w", name, err)
		}
		return nil, nil
	}
}

// isStill reports whether f is what its path names.
func isStill(f *os.File) bool {
	mine, err := f.Stat()
	if err != nil {
		return false
	}
	now, err := os.Stat(f.Name())
	return err == nil && os.SameFile(mine, now)
}

func (l *lock) release() error {
	os.Remove(l.file.Name()) // fails on systems where open files stay: harmless
	return l.file.Close()
}

// holder returns the process that has a name; 0 for none. What the file says is
// true as long as the lock is held.
func holder(dir, name string) (pid int, err error) {
	f, err := os.OpenFile(lockPath(dir, name), os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	defer f.Close() // gives the lock back
	ticker := time.NewTicker(lookAgain)
	defer ticker.Stop()
	var text []byte
	for range writeGrace {
		free, err := tryLock(f)
		if free || err != nil {
			return 0, err
		}
		if text, err = io.ReadAll(io.NewSectionReader(f, 0, 32)); err != nil {
			return 0, err
		}
		if pid, err = strconv.Atoi(strings.TrimSpace(string(text))); err == nil && pid > 0 {
			return pid, nil
		}
		<-ticker.C // it has just taken the lock, and is about to say so
	}
	return 0, fmt.Errorf("attach: the lock of %s is held, and does not say by whom: %q: end the process that has %s open", name, text, f.Name())
}

const (
	// endGrace is how long a process has to end that was asked to.
	endGrace = 5 * time.Second

	lookAgain = 5 * time.Millisecond

	// writeGrace is how often a lock is looked at that does not say whose it is.
	writeGrace = 200
)

// end ends the process that has a name: it is asked, and killed when it does not
// end in time. It returns when the name is free.
func end(ctx context.Context, dir, name string) error {
	ticker := time.NewTicker(lookAgain)
	defer ticker.Stop()
	grace := time.NewTimer(endGrace)
	defer grace.Stop()
	asked, hard := 0, false
	for {
		pid, err := holder(dir, name)
		switch {
		case os.IsNotExist(err) || err == nil && pid == 0:
			return nil
		case err != nil:
			return err
		case pid == os.Getpid():
			return &RunningError{Name: name, PID: pid}
		case pid != asked || hard:
			if err := terminate(pid, hard); err != nil && pid == asked {
				return fmt.Errorf("attach: end %s, process %d: %w", name, pid, err)
			}
			asked, hard = pid, false
		}
		select {
		case <-ticker.C:
		case <-grace.C:
			hard = true
		case <-ctx.Done():
			return fmt.Errorf("attach: wait for the end of %s, process %d: %w", name, pid, ctx.Err())
		}
	}
}
