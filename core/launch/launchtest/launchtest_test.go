package launchtest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/launch"
)

func TestMain(m *testing.M) {
	Main()
	os.Exit(m.Run())
}

// goodCommand is a harness that passes.
func goodCommand() Harness {
	return Harness{
		New: func(_ *testing.T, p Program) launch.Launcher {
			return launch.Command(p.Path, launch.Args(p.Args...), launch.Setenv(p.Env...))
		},
		Promises: Promises{Link: true, Exit: true, Output: true, Group: true},
	}
}

// wrapped changes each process that a good launcher returns.
func wrapped(change func(launch.Process) launch.Process) Harness {
	h := goodCommand()
	h.New = func(t *testing.T, p Program) launch.Launcher {
		good := goodCommand().New(t, p)
		return launch.Func(func(ctx context.Context, req launch.Request) (launch.Process, error) {
			process, err := good.Launch(ctx, req)
			if err != nil {
				return nil, err
			}
			return change(process), nil
		})
	}
	return h
}

// request changes each request before a good launcher gets it.
func request(change func(*launch.Request)) Harness {
	h := goodCommand()
	h.New = func(t *testing.T, p Program) launch.Launcher {
		good := goodCommand().New(t, p)
		return launch.Func(func(ctx context.Context, req launch.Request) (launch.Process, error) {
			change(&req)
			return good.Launch(ctx, req)
		})
	}
	return h
}

type noisyAfterEnd struct{ launch.Process }

func (p noisyAfterEnd) Kill() error {
	select {
	case <-p.Done():
		return errors.New("process already finished")
	default:
		return p.Process.Kill()
	}
}

type newLinks struct {
	launch.Process
	n *atomic.Int32
}

func (p newLinks) Link() net.Conn {
	if p.n.Add(1) == 2 {
		return nil
	}
	return p.Process.Link()
}

type earlyExit struct{ launch.Process }

func (p earlyExit) Exit() launch.Exit {
	e := p.Process.Exit()
	e.Exited = true
	return e
}

type wrongCode struct{ launch.Process }

func (p wrongCode) Exit() launch.Exit {
	e := p.Process.Exit()
	e.Code = 0
	return e
}

type deaf struct{ launch.Process }

func (p deaf) Terminate() error { return nil }

type impatient struct {
	launch.Process
	done chan struct{}
}

func (p impatient) Done() <-chan struct{} { return p.done }
func (p impatient) Exit() launch.Exit {
	select {
	case <-p.done:
		return launch.Exit{Exited: true}
	default:
		return launch.Exit{}
	}
}

type nameless struct{ launch.Process }

func (p nameless) Info() launch.Info { return launch.Info{} }

type shyLink struct{ launch.Process }

func (p shyLink) Link() net.Conn { return nil }

// slowWriter holds back what is written to it until it is let go.
type slowWriter struct {
	w    io.Writer
	mu   sync.Mutex
	rest bytes.Buffer
}

func (s *slowWriter) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rest.Write(p)
	for s.rest.Len() > 100 {
		s.w.Write(s.rest.Next(100))
	}
	return len(p), nil
}

// TestSuiteCatchesBrokenLaunchers runs single cases against launchers that break the
// sentence that the case is about.
func TestSuiteCatchesBrokenLaunchers(t *testing.T) {
	hold := make(chan struct{})
	t.Cleanup(func() { close(hold) })
	fakes := []struct {
		fault string
		caseN string
		h     Harness
	}{
		{"link is never there", "Link", wrapped(func(p launch.Process) launch.Process { return shyLink{p} })},
		{"link changes", "LinkIsStable", wrapped(func(p launch.Process) launch.Process { return newLinks{p, new(atomic.Int32)} })},
		{"link is there unasked", "NoLink", request(func(r *launch.Request) { r.Link = true })},
		{"cancelled context is ignored", "CancelledStart", detachedStart()},
		{"error comes with a process", "CancelledStart", errorWithProcess()},
		{"context kills later", "ContextBoundsStartOnly", killedByContext()},
		{"context kills later, without a link", "ContextLeavesProcess", killedByContext()},
		{"launches share a process, without a link", "IndependentProcesses", sharedByEnd()},
		{"exit before the end", "ZeroExitBeforeDone", wrapped(func(p launch.Process) launch.Process { return earlyExit{p} })},
		{"exit code is lost", "ExitCode", wrapped(func(p launch.Process) launch.Process { return wrongCode{p} })},
		{"terminate does nothing", "Terminate", wrapped(func(p launch.Process) launch.Process { return deaf{p} })},
		{"terminate waits for the end", "AsksWithoutWaiting", wrapped(func(p launch.Process) launch.Process { return patient{p} })},
		{"terminate kills", "AsksWithoutWaiting", wrapped(func(p launch.Process) launch.Process { return hasty{p} })},
		{"dial leads nowhere", "Dial", wrapped(func(p launch.Process) launch.Process { return lost{p} })},
		{"no process id", "Info", wrapped(func(p launch.Process) launch.Process { return numberless{p} })},
		{"kill asks only", "Kill", wrapped(func(p launch.Process) launch.Process { impolite(t, p); return polite{p} })},
		{"kill fails after the end", "AfterTheEnd", wrapped(func(p launch.Process) launch.Process { return noisyAfterEnd{p} })},
		{"kill fails after the end", "ConcurrentSafe", wrapped(func(p launch.Process) launch.Process { return noisyAfterEnd{p} })},
		{"launches share a process", "Independent", shared()},
		{"launches twice", "Once", twice()},
		{"nothing in Info", "Info", wrapped(func(p launch.Process) launch.Process { return nameless{p} })},
		{"done before the end", "Output", doneBeforeOutput(hold)},
		{"end of the output is lost", "Output", request(func(r *launch.Request) {
			if r.Stdout != nil {
				r.Stdout = &slowWriter{w: r.Stdout}
			}
		})},
		{"output waits for nil writers", "NilWriters", request(func(r *launch.Request) {
			r.Stdout = &stuckWriter{until: hold, left: 3}
		})},
		{"panic stops the reading", "PanickingWriter", request(func(r *launch.Request) {
			r.Stdout = &stuckWriter{until: hold, left: 3}
		})},
		{"failing writer is called again", "FailingWriter", request(func(r *launch.Request) {
			w := r.Stdout
			r.Stdout = writerFunc(func(p []byte) (int, error) { w.Write(p); w.Write(p); return len(p), nil })
		})},
		{"request's environment loses", "BootstrapEnvWins", request(func(r *launch.Request) { r.Env = nil })},
		{"children survive", "KillReachesChildren", groupless()},
		{"waits for the grandchild", "HeldPipes", request(func(r *launch.Request) { r.Debug = true })},
		{"goroutine is left", "Link", wrapped(func(p launch.Process) launch.Process {
			for range 20 { // more than may end by themselves meanwhile
				go func() { <-hold }()
			}
			return p
		})},
		{"file is left", "Link", wrapped(func(p launch.Process) launch.Process {
			f, _ := os.Open(os.DevNull)
			t.Cleanup(func() { f.Close() })
			return p
		})},
	}
	tested := make(map[string]bool)
	for _, f := range fakes {
		t.Run(f.caseN+"/"+f.fault, func(t *testing.T) {
			f.h.Guard = 2 * time.Second
			for _, c := range cases() {
				if c.name != f.caseN {
					continue
				}
				tested[c.name] = true
				err := c.run(t, f.h)
				if err == nil {
					t.Fatal("the case passed")
				}
				t.Logf("caught: %.200v", err)
			}
		})
	}
	for _, c := range cases() {
		if !tested[c.name] {
			t.Errorf("no broken launcher shows that the case %s can fail", c.name)
		}
	}
}

// TestSuitePassesGoodLauncher shows that the cases above fail for their fault alone.
func TestSuitePassesGoodLauncher(t *testing.T) {
	Run(t, goodCommand())
}
