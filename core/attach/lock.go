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
// stays when the process ends: who removed it could take the name from another
// process that has just opened it.
type lock struct {
	file *os.File
}

func lockPath(dir, name string) string { return filepath.Join(dir, name+lockSuffix) }

// takeLock takes the lock of a name; nil where another process has it.
func takeLock(dir, name string) (*lock, error) {
	f, err := os.OpenFile(lockPath(dir, name), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("attach: lock the name %s: %w", name, err)
	}
	got, err := tryLock(f)
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

func (l *lock) release() error {
	l.file.Truncate(0)
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
	free, err := tryLock(f)
	if free || err != nil {
		return 0, err
	}
	text, err := io.ReadAll(io.LimitReader(f, 32))
	if err != nil {
		return 0, err
	}
	pid, err = strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid <= 0 {
		return 0, fmt.Errorf("attach: the lock of %s is held, and does not say by whom: %q", name, text)
	}
	return pid, nil
}

const (
	// endGrace is how long a process has to end that was asked to.
	endGrace = 5 * time.Second

	lookAgain = 5 * time.Millisecond
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
