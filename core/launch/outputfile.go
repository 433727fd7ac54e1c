package launch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/tenon-dev/tenon/core/internal/private"
)

// The outputs of a plugin that may outlive its host are files, which the host
// follows: a pipe would break with the host, and what a plugin prints meanwhile
// would be lost.
const (
	stdoutFile = "stdout"
	stderrFile = "stderr"
)

// OutliveSocket is the name of the socket at which such a plugin waits for its next host,
// in the directory of its outputs. It is short: the path of a socket may not be long.
const OutliveSocket = "k"

// OutputCap is how much of each output file of a plugin that outlives its host is
// kept, about. Of more, the oldest is thrown away.
const OutputCap = 1 << 20

// outputFiles makes a directory for a plugin that may outlive its host, with the
// files of its outputs, and what follows them.
func (e *ends) outputFiles(req Request) (dir string, files [2]*os.File, drains []*drain, err error) {
	if dir, err = outputDir(); err != nil {
		return "", files, nil, &outputDirError{err}
	}
	made := dir
	defer func() {
		if err != nil {
			RemoveOutput(made)
		}
	}()
	writers := [2]struct {
		name string
		w    interface{ Write([]byte) (int, error) }
	}{{stdoutFile, req.Stdout}, {stderrFile, req.Stderr}}
	for i, out := range writers {
		path := filepath.Join(dir, out.name)
		if files[i], err = os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
			return "", files, nil, err
		}
		e.plugin = append(e.plugin, files[i])
		f, ferr := follow(path)
		if ferr != nil {
			err = ferr
			return "", files, nil, err
		}
		e.host = append(e.host, f)
		drains = append(drains, newDrain(f, out.w, req.Logger.With("output", out.name)))
	}
	return dir, files, drains, nil
}

// outputDir makes the directory, whose path is absolute, since others find it by that, and
// short enough for the socket in it: where TMPDIR is not, /tmp is used instead.
func outputDir() (string, error) {
	var long *pathTooLong
	for _, parent := range []string{"", "/tmp"} {
		dir, err := private.MkdirTemp(parent, "tenon")
		switch socket := filepath.Join(dir, OutliveSocket); {
		case err != nil && long != nil:
			return "", fmt.Errorf("%w, and in /tmp: %w", long, err)
		case err != nil:
			return "", err
		case len(socket) <= pathLimit():
			return dir, nil
		default:
			long = &pathTooLong{path: socket, limit: pathLimit()}
			os.Remove(dir)
		}
	}
	return "", long
}

// RemoveOutput removes the directory of a plugin that may outlive its host: the output
// files and the socket in it, and then the directory if nothing else is there. It touches
// nothing else, whatever dir is: a plugin has the name from its host, and a host may have
// it from a file.
func RemoveOutput(dir string) error {
	if dir == "" {
		return nil
	}
	for _, name := range []string{stdoutFile, stdoutFile + seenSuffix, stderrFile, stderrFile + seenSuffix, OutliveSocket} {
		path := filepath.Join(dir, name)
		if info, err := os.Lstat(path); err == nil && !info.IsDir() {
			os.Remove(path) // why it failed, the directory's removal says too
		}
	}
	err := os.Remove(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("launch: remove the directory of a plugin's output: %w", err)
	}
	return nil
}

// outputDirError says why there is no directory for outputs: nothing is wrong with the
// plugin's file.
type outputDirError struct{ err error }

func (e *outputDirError) Error() string {
	return "make the directory for its output: " + e.err.Error()
}
func (e *outputDirError) Unwrap() error { return e.err }

// FollowOutput passes on what a plugin printed into the output files in dir, which
// a [Request] with Outlive made, from where the host before read last, and goes on
// until stop is called, which returns when all that there was has been passed on. It
// is for launchers that find a plugin which another host has started.
func FollowOutput(dir string, req Request) (stop func(), err error) {
	if req.Logger == nil {
		req.Logger = slog.New(slog.DiscardHandler)
	}
	var drains []*drain
	for i, name := range []string{stdoutFile, stderrFile} {
		f, err := follow(filepath.Join(dir, name))
		if err != nil {
			for _, d := range drains {
				d.r.Close()
			}
			return nil, fmt.Errorf("launch: follow the plugin's output: %w", err)
		}
		w := req.Stdout
		if i == 1 {
			w = req.Stderr
		}
		drains = append(drains, newDrain(f, w, req.Logger.With("output", name)))
	}
	for _, d := range drains {
		go d.run()
	}
	return func() {
		patience := WriterGrace
		if req.Debug {
			patience = 0
		}
		for _, d := range drains {
			d.expire()
		}
		for _, d := range drains {
			d.finish(patience)
		}
	}, nil
}

// CapOutput keeps files below [OutputCap] until ctx ends; what is no file is left
// alone. A plugin that outlives its host calls it for its own descriptors 1 and 2.
func CapOutput(ctx context.Context, outputs ...*os.File) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		for _, f := range outputs {
			capFile(f)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// capFile throws the oldest part of a file away that has become too large.
func capFile(f *os.File) {
	info, err := f.Stat()
	if err != nil || info.Mode()&fs.ModeType != 0 || held(f) <= OutputCap {
		return
	}
	if !cutOut(f, info.Size()-OutputCap/2) {
		f.Truncate(0) // all of it: it was opened for appending
	}
}
