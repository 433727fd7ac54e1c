package goplugin

import (
	"fmt"
	"io"
	"os"
)

// A stdio leads what the plugin's code writes to os.Stdout and os.Stderr to the host.
type stdio struct {
	stdout, stderr       io.Reader // what the host gets
	outW, errW           *os.File
	outR, errR           *os.File
	keptStdout, keptErrs *os.File
	diverted             bool
}

func newStdio() (*stdio, error) {
	outR, outW, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make a pipe for the plugin's output: %w", err)
	}
	errR, errW, err := os.Pipe()
	if err != nil {
		outR.Close()
		outW.Close()
		return nil, fmt.Errorf("make a pipe for the plugin's output: %w", err)
	}
	return &stdio{stdout: outR, stderr: errR, outR: outR, errR: errR, outW: outW, errW: errW, keptStdout: os.Stdout, keptErrs: os.Stderr}, nil
}

// divert sets os.Stdout and os.Stderr.
func (s *stdio) divert() {
	os.Stdout, os.Stderr = s.outW, s.errW
	s.diverted = true
}

// restore undoes divert, and ends what reads the output.
func (s *stdio) restore() {
	if s.diverted {
		os.Stdout, os.Stderr = s.keptStdout, s.keptErrs
	}
	for _, f := range []*os.File{s.outW, s.errW, s.outR, s.errR} {
		f.Close()
	}
}

// tee makes what the host gets come out here as well, for tests, whose own output it is.
func (s *stdio) tee() {
	s.stdout = io.TeeReader(s.outR, s.keptStdout)
	s.stderr = io.TeeReader(s.errR, s.keptErrs)
}
