package launch

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
)

// A feed copies a reader into the plugin's standard input.
type feed struct {
	src  io.Reader
	pipe *os.File
	log  *slog.Logger
	done chan struct{}
}

// stdin makes cmd.Stdin a file. For any other reader it returns the feed that will
// fill it, which is not running yet.
func (e *ends) stdin(cmd *exec.Cmd, log *slog.Logger) (*feed, error) {
	if cmd.Stdin == nil {
		return nil, nil
	}
	if _, ok := cmd.Stdin.(*os.File); ok {
		return nil, nil
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	e.host, e.plugin = append(e.host, w), append(e.plugin, r)
	f := &feed{src: cmd.Stdin, pipe: w, log: log, done: make(chan struct{})}
	cmd.Stdin = r
	return f, nil
}

// run copies until the reader or the pipe ends. It is the feed's one goroutine.
func (f *feed) run() {
	defer close(f.done)
	defer f.pipe.Close()
	defer func() {
		if v := recover(); v != nil {
			f.log.Warn("the reader given as stdin panicked; the plugin sees its end", "panic", fmt.Sprint(v))
		}
	}()
	// The wrapper hides WriterTo, which could keep the goroutine in the reader's
	// own code after the pipe has been closed.
	_, err := io.Copy(f.pipe, struct{ io.Reader }{f.src})
	if err != nil {
		f.log.Debug("stdin of the plugin ended", "error", err)
	}
}

// stop ends the copying as far as the reader allows.
func (f *feed) stop() {
	f.pipe.Close()
	if c, ok := f.src.(io.Closer); ok {
		c.Close()
	}
}
