package launchtest

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/tenon-dev/tenon/core/launch"
)

func checkNoLink(b *bench) error {
	var out capture
	p, err := b.start("env", launch.Request{Stdout: &out})
	if err != nil {
		return err
	}
	if p.Link() != nil {
		return errors.New("Link is there although none was asked for")
	}
	if err := b.ended(p); err != nil {
		return err
	}
	if got := out.text(); got != "\nlisten\n" {
		return fmt.Errorf("the program saw %q instead of %s=listen", got, launch.LinkEnv)
	}
	return nil
}

func checkOutput(b *bench) error {
	var stdout, stderr capture
	p, err := b.start("print", launch.Request{Stdout: &stdout, Stderr: &stderr})
	if err != nil {
		return err
	}
	if err := b.ended(p); err != nil {
		return err
	}
	for name, c := range map[string]*capture{"stdout": &stdout, "stderr": &stderr} {
		want := string(printed(name))
		c.mu.Lock()
		got := c.buf.String()
		c.sealed = true
		c.mu.Unlock()
		if got != want {
			return fmt.Errorf("%s: %d bytes arrived before Done was closed, %d were written", name, len(got), len(want))
		}
		if c.late {
			return fmt.Errorf("%s: bytes arrived after Done was closed", name)
		}
	}
	return b.exitZero(p)
}

func (b *bench) exitZero(p launch.Process) error {
	if e := p.Exit(); e.Code != 0 || e.Signal != nil || e.Err != nil {
		return fmt.Errorf("the program was disturbed: %v", e)
	}
	return nil
}

func checkNilWriters(b *bench) error {
	p, err := b.start("flood", launch.Request{})
	if err != nil {
		return err
	}
	if err := b.ended(p); err != nil {
		return err
	}
	return b.exitZero(p)
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func checkPanickingWriter(b *bench) error {
	bad := writerFunc(func([]byte) (int, error) {
		panic("launchtest: a writer that panics: a launcher recovers from that, and reads on (launch.Request.Stdout)")
	})
	p, err := b.start("flood", launch.Request{Stdout: bad, Stderr: bad})
	if err != nil {
		return err
	}
	if err := b.ended(p); err != nil {
		return err
	}
	return b.exitZero(p)
}

func checkFailingWriter(b *bench) error {
	var calls atomic.Int32
	bad := writerFunc(func([]byte) (int, error) {
		calls.Add(1)
		return 0, errors.New("launchtest: a writer that fails")
	})
	p, err := b.start("flood", launch.Request{Stdout: bad})
	if err != nil {
		return err
	}
	if err := b.ended(p); err != nil {
		return err
	}
	if n := calls.Load(); n != 1 {
		return fmt.Errorf("the writer that failed was called %d times", n)
	}
	return b.exitZero(p)
}

func checkBootstrapEnv(b *bench) error {
	var out capture
	req := launch.Request{Stdout: &out, Env: []string{valueVar + "=request"}}
	p, err := b.start("env", req, valueVar+"=program")
	if err != nil {
		return err
	}
	if err := b.ended(p); err != nil {
		return err
	}
	if got, _, _ := strings.Cut(out.text(), "\n"); got != "request" {
		return fmt.Errorf("the program saw the value %q, the request's is %q", got, "request")
	}
	return nil
}

func checkKillReachesChildren(b *bench) error {
	v, err := b.expectVisitor()
	if err != nil {
		return err
	}
	p, err := b.start("family", launch.Request{}, v.env())
	if err != nil {
		return err
	}
	if err := v.arrive(b.h.Guard); err != nil {
		return err
	}
	if err := p.Kill(); err != nil {
		return fmt.Errorf("Kill: %w", err)
	}
	if err := b.ended(p); err != nil {
		return err
	}
	return v.leave()
}

func checkHeldPipes(b *bench) error {
	v, err := b.expectVisitor()
	if err != nil {
		return err
	}
	var out capture
	p, err := b.start("orphan", launch.Request{Link: true, Stdout: &out}, v.env())
	if err != nil {
		return err
	}
	if err := v.arrive(b.h.Guard); err != nil {
		return err
	}
	p.Link().Close() // lets the parent end; its child lives on
	if err := b.ended(p); err != nil {
		return err
	}
	return b.exitZero(p)
}
