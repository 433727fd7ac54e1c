package launchtest

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"

	"github.com/tenon-dev/tenon/core/launch"
)

// polite has a Kill that does what Terminate does.
type polite struct{ launch.Process }

func (p polite) Kill() error { return p.Process.Terminate() }

// patient has a Terminate that waits for the end.
type patient struct{ launch.Process }

func (p patient) Terminate() error {
	err := p.Process.Terminate()
	<-p.Done()
	return err
}

// hasty has a Terminate that does what Kill does.
type hasty struct{ launch.Process }

func (p hasty) Terminate() error {
	err := p.Process.Kill()
	<-p.Done()
	return err
}

// lost connects to nothing.
type lost struct{ launch.Process }

func (lost) Dial(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	theirs.Close()
	return ours, nil
}

// numberless has no process id.
type numberless struct{ launch.Process }

func (p numberless) Info() launch.Info {
	info := p.Process.Info()
	info.PID = 0
	return info
}

// impolite ends a process that its fake cannot end.
func impolite(t *testing.T, p launch.Process) {
	t.Cleanup(func() {
		p.Kill()
		<-p.Done()
	})
}

// stuckWriter returns for the first few calls, and later when it is let go.
type stuckWriter struct {
	mu    sync.Mutex
	until chan struct{}
	left  int
}

func (s *stuckWriter) Write(p []byte) (int, error) {
	s.mu.Lock()
	s.left--
	stuck := s.left < 0
	s.mu.Unlock()
	if stuck {
		<-s.until
	}
	return len(p), nil
}

// detachedStart starts whatever its context says.
func detachedStart() Harness {
	h := goodCommand()
	h.New = func(t *testing.T, p Program) launch.Launcher {
		good := goodCommand().New(t, p)
		return launch.Func(func(ctx context.Context, req launch.Request) (launch.Process, error) {
			return good.Launch(context.WithoutCancel(ctx), req)
		})
	}
	return h
}

// errorWithProcess returns both.
func errorWithProcess() Harness {
	h := goodCommand()
	h.New = func(t *testing.T, p Program) launch.Launcher {
		good := goodCommand().New(t, p)
		return launch.Func(func(ctx context.Context, req launch.Request) (launch.Process, error) {
			process, err := good.Launch(context.WithoutCancel(ctx), req)
			return process, errors.Join(err, ctx.Err())
		})
	}
	return h
}

// killedByContext ends the plugin with the context of its start.
func killedByContext() Harness {
	h := goodCommand()
	h.New = func(t *testing.T, p Program) launch.Launcher {
		good := goodCommand().New(t, p)
		return launch.Func(func(ctx context.Context, req launch.Request) (launch.Process, error) {
			process, err := good.Launch(ctx, req)
			if err == nil {
				context.AfterFunc(ctx, func() { process.Kill(); <-process.Done() })
			}
			return process, err
		})
	}
	return h
}

// shared returns the same process each time.
func shared() Harness {
	h := goodCommand()
	h.New = func(t *testing.T, p Program) launch.Launcher {
		good := goodCommand().New(t, p)
		start := sync.OnceValues(func() (launch.Process, error) {
			return good.Launch(context.Background(), launch.Request{Link: true})
		})
		return launch.Func(func(context.Context, launch.Request) (launch.Process, error) { return start() })
	}
	return h
}

// doneBeforeOutput says Done at once, and holds the output back until it is let go:
// without that a quick program could have written all of it by then.
func doneBeforeOutput(until chan struct{}) Harness {
	h := goodCommand()
	h.New = func(t *testing.T, p Program) launch.Launcher {
		good := goodCommand().New(t, p)
		return launch.Func(func(ctx context.Context, req launch.Request) (launch.Process, error) {
			w := req.Stdout
			req.Stdout = writerFunc(func(b []byte) (int, error) { <-until; return w.Write(b) })
			process, err := good.Launch(ctx, req)
			if err != nil {
				return nil, err
			}
			done := make(chan struct{})
			close(done)
			return impatient{process, done}, nil
		})
	}
	return h
}

// twice promises to launch once.
func twice() Harness {
	h := goodCommand()
	h.Promises.Once = true
	return h
}

// groupless promises a group and has none.
func groupless() Harness {
	h := goodCommand()
	h.New = func(_ *testing.T, p Program) launch.Launcher {
		return launch.Command(p.Path, launch.Args(p.Args...), launch.Setenv(p.Env...), launch.Group(false))
	}
	return h
}

// sharedByEnd ends all that it has started when one of them is killed.
func sharedByEnd() Harness {
	h := goodCommand()
	h.New = func(t *testing.T, p Program) launch.Launcher {
		good := goodCommand().New(t, p)
		var mu sync.Mutex
		var all []launch.Process
		return launch.Func(func(ctx context.Context, req launch.Request) (launch.Process, error) {
			process, err := good.Launch(ctx, req)
			if err != nil {
				return nil, err
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, process)
			return jointly{process, func() {
				mu.Lock()
				defer mu.Unlock()
				for _, p := range all {
					p.Kill()
				}
			}}, nil
		})
	}
	return h
}

type jointly struct {
	launch.Process
	killAll func()
}

func (p jointly) Kill() error { p.killAll(); return nil }
