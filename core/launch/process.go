package launch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"sync"
	"time"
)

// process is a plugin that [Command] started.
type process struct {
	cmd       *exec.Cmd
	pid       int
	info      Info
	link      net.Conn
	linkDir   string        // "" for none
	group     bool          // it leads a process group of its own
	job       *job          // nil for none
	mode      *terminalMode // of the terminal that it was given; nil for none
	survivors bool
	debug     bool
	log       *slog.Logger
	outputs   []*drain
	feed      *feed // nil when stdin is a file
	done      chan struct{}
	exit      Exit // written before done is closed
	finishing sync.Once

	// mu is held over every signal, and gone is set under it before the process is
	// reaped: from then on its number may belong to somebody else.
	mu   sync.Mutex
	gone bool
	left bool // it was left to itself
}

var _ Process = (*process)(nil)

func (p *process) Link() net.Conn        { return p.link }
func (p *process) Info() Info            { return p.info }
func (p *process) Done() <-chan struct{} { return p.done }

func (p *process) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	return dialLocal(ctx, network, address)
}

func (p *process) Exit() Exit {
	select {
	case <-p.done:
		return p.exit
	default:
		return Exit{}
	}
}

func (p *process) Terminate() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone || p.left {
		return nil
	}
	return p.describe("terminate", terminateProcess(p.cmd.Process, p.group))
}

func (p *process) Kill() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone || p.left {
		return nil
	}
	if p.job.kill() {
		return nil
	}
	return p.describe("kill", killProcess(p.cmd.Process, p.group))
}

func (p *process) describe(verb string, err error) error {
	if err == nil || errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return fmt.Errorf("launch: %s process %d (%s): %w", verb, p.pid, p.info.Path, err)
}

// watch starts the goroutines of p: one that waits for the end and joins the
// others, before it closes done.
func (p *process) watch(cleanup func()) {
	for _, d := range p.outputs {
		go d.run()
	}
	if p.feed != nil {
		go p.feed.run()
	}
	go func() {
		exit := p.reap()
		p.finish(exit, cleanup)
	}()
}

// finish ends what this process has to do with the plugin's, once.
func (p *process) finish(exit Exit, cleanup func()) {
	p.finishing.Do(func() {
		p.join()
		removeLinkDir(p.linkDir)
		if exit.Exited && (exit.Code != 0 || exit.Signal != nil) {
			if err := p.mode.restore(); err != nil {
				p.log.Debug("the mode of the terminal was not restored", "error", err)
			}
		}
		if cleanup != nil {
			cleanup()
		}
		p.exit = exit
		close(p.done)
	})
}

// Release leaves the plugin to itself: it goes on, Done is closed, and Terminate and
// Kill do nothing any more. It is still reaped when it ends. What was copied for it
// stays, since it runs.
func (p *process) Release() {
	p.mu.Lock()
	free := !p.gone
	p.left = p.left || free
	if free {
		p.job.close(false)
	}
	p.mu.Unlock()
	if free {
		p.finish(Exit{}, nil)
	}
}

// reap waits for the end of the process, kills what is left of its group, and
// reaps it, in this order: while the dead process has not been reaped, its number
// and that of its group can be nobody else's.
func (p *process) reap() Exit {
	seen, err := awaitExit(p.pid)
	switch {
	case err != nil:
		// Somebody else reaped it: the system, where SIGCHLD is ignored, or a host that
		// waits for any child. The group's number may be taken already.
		p.leave(killLeaderless)
		err = p.wait()
	case seen:
		p.leave(killGroup)
		err = p.wait()
	default:
		// This system shows the end only to the one who reaps.
		err = p.wait()
		p.leave(killGroup)
	}
	return exitOf(p.cmd.ProcessState, err)
}

// wait reaps the process. When somebody else has, at whatever moment, there is no
// state of it, and what the system keeps open for it is given back here.
func (p *process) wait() error {
	err := p.cmd.Wait()
	if p.cmd.ProcessState == nil {
		err = errors.Join(err, p.cmd.Process.Release())
	}
	return err
}

// leave ends the time in which the process may be signalled, and kills what is left of its
// group.
func (p *process) leave(kill func(pid int) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gone = true
	killRest := p.group && !p.survivors && !p.left
	p.job.close(killRest)
	if killRest {
		if err := kill(p.pid); err != nil {
			p.log.Debug("could not kill the rest of the plugin's process group", "group", p.pid, "error", err)
		}
	}
}

func exitOf(state *os.ProcessState, err error) Exit {
	if state == nil {
		if reapedByOthers(err) {
			err = fmt.Errorf("something else reaped it, since this process ignores SIGCHLD or waits for any child: %w", err)
		}
		return Exit{Exited: true, Code: -1, Err: fmt.Errorf("launch: the end of the process could not be observed: %w", err)}
	}
	return Exit{Exited: true, Code: state.ExitCode(), Signal: exitSignal(state)}
}

// join waits for the rest of the output, which has [OutputGrace] from now on, and
// for the copying of stdin. A writer that does not return is left to itself after
// [WriterGrace].
func (p *process) join() {
	if p.feed != nil {
		p.feed.stop()
	}
	var expired <-chan time.Time // without limit under Debug
	if !p.debug {
		timer := time.NewTimer(OutputGrace)
		defer timer.Stop()
		expired = timer.C
	}
	for _, d := range p.outputs {
		d.processEnded()
	}
	for _, d := range p.outputs {
		select {
		case <-d.done:
		case <-expired:
			closed := make(chan time.Time)
			close(closed)
			expired = closed // for the ones after it, too
			d.finish(WriterGrace)
		}
	}
	if p.feed != nil && !p.debug {
		select {
		case <-p.feed.done:
		case <-expired:
			p.log.Debug("the reader given as stdin may be read once more after the plugin's end")
		}
	}
}

// discard ends a process whose start is no longer wanted, and waits until nothing
// is left of it.
func (p *process) discard() error {
	if p.link != nil {
		p.link.Close()
	}
	if err := p.Kill(); err != nil {
		return err
	}
	<-p.done
	return nil
}
