package goplugin

import (
	"path/filepath"
	"sync"

	"github.com/tenon-dev/tenon/compat-goplugin/internal/line"
	"github.com/tenon-dev/tenon/core/launch"
)

// outputs take what a plugin prints to its descriptors 1 and 2.
type outputs struct {
	first  chan string // gets the first line of stdout, and is closed when stdout has ended
	stdout *launch.Lines
	stderr *errorOutput

	mu    sync.Mutex
	heard bool
	ended bool
}

// errorOutput keeps the end of what the logger gets, for the error of a start.
type errorOutput struct {
	log  *logWriter
	tail *launch.Tail
}

// tailSize is how much of a plugin's last words stands in the error, in bytes.
const tailSize = 2 << 10

func newOutputs(cfg *ClientConfig, name string) *outputs {
	o := &outputs{first: make(chan string, 1)}
	o.stdout = launch.NewLines(line.Limit, o.hear)
	o.stderr = &errorOutput{
		log:  newLogWriter(cfg.Logger.Named(filepath.Base(name)), cfg.Stderr, cfg.PluginLogBufferSize),
		tail: launch.NewTail(tailSize),
	}
	return o
}

// hear takes a line of stdout. The first one is the plugin's answer; the others are
// read so that the plugin can go on, and thrown away.
func (o *outputs) hear(text []byte, truncated bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.heard || o.ended {
		return
	}
	o.heard = true
	answer := string(text)
	if truncated {
		answer += "…" // too long, then, to be an answer
	}
	o.first <- answer
}

// endStdout says that stdout has ended. Calling it again is fine.
func (o *outputs) endStdout() {
	o.stdout.Flush()
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.ended {
		o.ended = true
		close(o.first)
	}
}

// end says that both outputs have ended.
func (o *outputs) end() {
	o.endStdout()
	o.stderr.log.Flush()
}

// Write takes a piece of the standard error. It never fails.
func (s *errorOutput) Write(p []byte) (int, error) {
	s.tail.Write(p)
	return s.log.Write(p)
}
