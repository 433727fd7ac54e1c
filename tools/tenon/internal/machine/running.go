package machine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"

	"github.com/tenon-dev/tenon/core/launch"
)

// checkRunning tries whether programs run that are in the directory for temporary files,
// where verified plugins are copied to.
func checkRunning(ctx context.Context) []Finding {
	const check = "programs in the temporary directory"
	dir, err := os.MkdirTemp("", "tenon-doctor-")
	if err != nil {
		return []Finding{found(check, Bad, "nothing can be made there: %v", err).hinting("set TMPDIR to a directory that can be written to")}
	}
	defer os.RemoveAll(dir)
	if runtime.GOOS == "windows" {
		return []Finding{found(check, OK, "%s can be written to", os.TempDir())}
	}
	path := filepath.Join(dir, "program")
	if err := os.WriteFile(path, []byte("#!/bin/sh\nexit 7\n"), 0o700); err != nil {
		return []Finding{found(check, Bad, "nothing can be written there: %v", err).hinting("set TMPDIR to a directory that can be written to")}
	}
	if why := launch.Diagnose(path); why != "" {
		return []Finding{found(check, Bad, "%s: %s", os.TempDir(), why).hinting("set TMPDIR to a directory on which programs may run: a plugin that is verified is copied there")}
	}
	p, err := launch.Command(path, launch.Unlinked()).Launch(ctx, launch.Request{})
	var start *launch.StartError
	switch {
	case errors.As(err, &start):
		return []Finding{found(check, Bad, "%s: %s", os.TempDir(), start.Found).hinting("%s", start.Hint)}
	case err != nil:
		return []Finding{found(check, Bad, "%v", err)}
	}
	select {
	case <-p.Done():
	case <-ctx.Done():
		p.Kill()
		<-p.Done()
	}
	if exit := p.Exit(); exit.Code != 7 {
		return []Finding{found(check, Bad, "one that was run in %s ended with %v, and not as it was written", os.TempDir(), exit)}
	}
	return []Finding{found(check, OK, "%s runs programs", os.TempDir())}
}
