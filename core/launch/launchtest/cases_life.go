package launchtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/tenon-dev/tenon/core/launch"
)

func checkLink(b *bench) error {
	p, err := b.start("echo", launch.Request{Link: true})
	if err != nil {
		return err
	}
	return b.echoes(p.Link())
}

func checkLinkIsStable(b *bench) error {
	p, err := b.start("echo", launch.Request{Link: true})
	if err != nil {
		return err
	}
	first := p.Link()
	if p.Link() != first {
		return errors.New("Link returned another value when it was called again")
	}
	if first != nil {
		first.Close()
	}
	p.Kill()
	if err := b.ended(p); err != nil {
		return err
	}
	if p.Link() != first {
		return errors.New("Link returned another value after the end")
	}
	return nil
}

func checkCancelledStart(b *bench) error {
	l, err := b.launcher("echo")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	p, err := l.Launch(ctx, launch.Request{Link: true})
	if p != nil {
		b.started = append(b.started, p)
		return fmt.Errorf("Launch returned a process beside the error %v", err)
	}
	if !errors.Is(err, context.Canceled) {
		return fmt.Errorf("Launch returned %v, which does not match context.Canceled", err)
	}
	// A start that did not take place uses nothing up.
	_, err = b.launch(context.Background(), l, launch.Request{Link: true})
	return err
}

func checkContextBoundsStartOnly(b *bench) error {
	l, err := b.launcher("echo")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	p, err := b.launch(ctx, l, launch.Request{Link: true})
	cancel()
	if err != nil {
		return err
	}
	for range 20 {
		if err := b.echoes(p.Link()); err != nil {
			return fmt.Errorf("after the end of ctx: %w", err)
		}
	}
	return nil
}

func checkZeroExit(b *bench) error {
	p, err := b.start("stubborn", launch.Request{Link: true})
	if err != nil {
		return err
	}
	if e := p.Exit(); e != (launch.Exit{}) {
		return fmt.Errorf("Exit returned %+v while the plugin ran", e)
	}
	p.Kill()
	if err := b.ended(p); err != nil {
		return err
	}
	if e := p.Exit(); !e.Exited {
		return fmt.Errorf("Exit returned %+v after Done was closed", e)
	}
	return nil
}

func checkExitCode(b *bench) error {
	p, err := b.start("quit", launch.Request{Link: true})
	if err != nil {
		return err
	}
	if err := b.ended(p); err != nil {
		return err
	}
	e := p.Exit()
	if !e.Exited || e.Signal != nil || e.Code != quitCode && !errors.Is(e.Err, errQuit) {
		return fmt.Errorf("Exit returned %+v, the program ended with code %d", e, quitCode)
	}
	return nil
}

func checkTerminate(b *bench) error {
	var out capture
	p, err := b.start("wait", launch.Request{Link: true, Stdout: &out})
	if err != nil {
		return err
	}
	if b.h.Promises.Output {
		if err := b.ready(&out); err != nil {
			return err
		}
	}
	if err := p.Terminate(); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return fmt.Errorf("Terminate: %w", err)
	} else if err != nil {
		return nil // it says that it cannot ask
	}
	return b.ended(p)
}

func checkKill(b *bench) error {
	var out capture
	p, err := b.start("stubborn", launch.Request{Link: true, Stdout: &out})
	if err != nil {
		return err
	}
	if b.h.Promises.Output {
		if err := b.ready(&out); err != nil {
			return err
		}
	}
	if err := p.Kill(); err != nil {
		return fmt.Errorf("Kill: %w", err)
	}
	return b.ended(p)
}

func checkAfterTheEnd(b *bench) error {
	p, err := b.start("stubborn", launch.Request{Link: true})
	if err != nil {
		return err
	}
	p.Kill()
	if err := b.ended(p); err != nil {
		return err
	}
	exit := p.Exit()
	for range 3 {
		if err := p.Terminate(); err != nil {
			return fmt.Errorf("Terminate after the end: %w", err)
		}
		if err := p.Kill(); err != nil {
			return fmt.Errorf("Kill after the end: %w", err)
		}
	}
	if now := p.Exit(); now.String() != exit.String() {
		return fmt.Errorf("Exit changed from %v to %v", exit, now)
	}
	return nil
}

func checkConcurrentSafe(b *bench) error {
	p, err := b.start("stubborn", launch.Request{Link: true})
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	errs := make(chan error, 8)
	limit := time.Now().Add(b.h.Guard)
	for range 8 {
		wg.Go(func() {
			for after := 0; after < 20 && time.Now().Before(limit); {
				p.Link()
				p.Info()
				select {
				case <-p.Done():
					after++
					if !p.Exit().Exited {
						errs <- errors.New("Done is closed, but Exit is zero")
						return
					}
				default:
					p.Exit()
				}
				p.Terminate()
				if err := p.Kill(); err != nil {
					errs <- fmt.Errorf("Kill: %w", err)
					return
				}
			}
		})
	}
	wg.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return b.ended(p)
	}
}

func checkIndependent(b *bench) error {
	l, err := b.launcher("echo")
	if err != nil {
		return err
	}
	var all []launch.Process
	for range 3 {
		p, err := b.launch(context.Background(), l, launch.Request{Link: true})
		if err != nil {
			return err
		}
		all = append(all, p)
	}
	all[1].Kill()
	if err := b.ended(all[1]); err != nil {
		return err
	}
	if err := b.echoes(all[0].Link()); err != nil {
		return fmt.Errorf("the first of three, after the second was killed: %w", err)
	}
	return b.echoes(all[2].Link())
}

func checkOnce(b *bench) error {
	l, err := b.launcher("echo")
	if err != nil {
		return err
	}
	if _, err := b.launch(context.Background(), l, launch.Request{Link: true}); err != nil {
		return err
	}
	if p, err := l.Launch(context.Background(), launch.Request{Link: true}); err == nil || p != nil {
		return fmt.Errorf("the second Launch returned %v and the error %v", p, err)
	}
	return nil
}

func checkInfo(b *bench) error {
	p, err := b.start("echo", launch.Request{Link: true})
	if err != nil {
		return err
	}
	info := p.Info()
	if info.Path == "" {
		return errors.New("Info has no Path, nor a name in its place")
	}
	if b.h.Promises.Output && info.PID == 0 {
		return errors.New("Info has no process id although Output promises one")
	}
	if info.PID < 0 {
		return fmt.Errorf("Info has the process id %d", info.PID)
	}
	return nil
}
