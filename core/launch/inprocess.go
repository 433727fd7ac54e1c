package launch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime/debug"
	"sync"
)

// InProcess returns a Launcher that runs serve in a goroutine of this process, over
// an in-memory link ([net.Pipe], so that it works under testing/synctest). Each
// Launch runs it once more, whatever the request says about a link.
//
// ctx is cancelled by Terminate and by Kill, and Kill closes the link too. Done is
// closed when serve has returned: a serve that heeds neither its context nor the end
// of its link never ends, since no goroutine can be forced to. Both ends of
// the link are closed then, except that the host may still close its own.
//
// The exit code is 0 when serve returned nil and 1 when it returned an error, which
// is [Exit.Err] then. After Kill it is the signal os.Kill, unless serve was done
// before. A panic of serve is code 2 and does not pass on: its text and stack go to
// [Request.Stderr], as those of a process would. The environment of the request is
// not used.
func InProcess(serve func(ctx context.Context, link net.Conn) error) Launcher {
	return Func(func(ctx context.Context, req Request) (Process, error) {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("launch: run a plugin in this process: %w", err)
		}
		host, plugin := net.Pipe()
		// The plugin outlives the context of its start, but keeps its values.
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		p := &goProcess{host: host, plugin: plugin, cancel: cancel, done: make(chan struct{})}
		go p.run(ctx, serve, req.Stderr)
		return p, nil
	})
}

// goProcess is a plugin that runs in a goroutine of the host.
type goProcess struct {
	host, plugin net.Conn
	cancel       context.CancelFunc
	done         chan struct{}
	exit         Exit // written before done is closed

	mu     sync.Mutex
	over   bool // serve has returned
	killed bool
}

var _ Process = (*goProcess)(nil)

func (p *goProcess) Link() net.Conn        { return p.host }
func (p *goProcess) Info() Info            { return Info{Path: "function in this process"} }
func (p *goProcess) Done() <-chan struct{} { return p.done }

func (p *goProcess) Dial(context.Context, string, string) (net.Conn, error) {
	return nil, fmt.Errorf("launch: dial the plugin: it runs in this process, and has no other address than its link: %w", errors.ErrUnsupported)
}

func (p *goProcess) Exit() Exit {
	select {
	case <-p.done:
		return p.exit
	default:
		return Exit{}
	}
}

func (p *goProcess) Terminate() error {
	p.cancel()
	return nil
}

func (p *goProcess) Kill() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.over {
		p.killed = true
		p.plugin.Close()
		p.cancel()
	}
	return nil
}

// run is the process: one goroutine, which closes done.
func (p *goProcess) run(ctx context.Context, serve func(context.Context, net.Conn) error, stderr io.Writer) {
	exit := Exit{Exited: true, Code: 1, Err: errors.New("launch: the serve function called runtime.Goexit; in a test, use an error instead of t.Fatal")}
	defer func() {
		if v := recover(); v != nil {
			exit = Exit{Exited: true, Code: 2, Err: fmt.Errorf("panic: %v", v)}
			report(stderr, v, debug.Stack())
		}
		p.finish(exit)
	}()
	err := serve(ctx, p.plugin)
	exit.Code, exit.Err = 0, err
	if err != nil {
		exit.Code = 1
	}
}

func (p *goProcess) finish(exit Exit) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	if p.killed {
		exit = Exit{Exited: true, Code: -1, Signal: os.Kill}
	}
	p.cancel()
	p.plugin.Close()
	p.exit = exit
	close(p.done)
}

// report writes what the runtime would have written, and survives the writer.
func report(stderr io.Writer, v any, stack []byte) {
	if stderr == nil {
		return
	}
	defer func() { _ = recover() }()
	fmt.Fprintf(stderr, "panic: %v\n\n%s", v, stack)
}
