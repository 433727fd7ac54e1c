package launch_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/tenon-dev/tenon/core/launch"
)

func inProcess(t *testing.T, serve func(context.Context, net.Conn) error, req launch.Request) launch.Process {
	t.Helper()
	p, err := launch.InProcess(serve).Launch(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestInProcessEnds(t *testing.T) {
	bad := errors.New("bad")
	tests := []struct {
		name  string
		serve func(ctx context.Context, link net.Conn) error
		code  int
		err   error
	}{
		{"nil", func(context.Context, net.Conn) error { return nil }, 0, nil},
		{"error", func(context.Context, net.Conn) error { return bad }, 1, bad},
		{"goexit", func(context.Context, net.Conn) error { runtime.Goexit(); return nil }, 1, nil},
		{"panic", func(context.Context, net.Conn) error { panic("at the disco") }, 2, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var stderr bytes.Buffer
				p := inProcess(t, tt.serve, launch.Request{Stderr: &stderr})
				<-p.Done()
				exit := p.Exit()
				if !exit.Exited || exit.Code != tt.code || tt.err != nil && exit.Err != tt.err || (exit.Err == nil) != (tt.code == 0) {
					t.Errorf("%+v", exit)
				}
				if _, err := p.Link().Read(make([]byte, 1)); err != io.EOF {
					t.Error("the link did not end:", err)
				}
				p.Link().Close()
				if printed := stderr.String(); strings.HasPrefix(printed, "panic: at the disco\n\ngoroutine ") != (tt.name == "panic") {
					t.Errorf("stderr: %q", printed)
				}
			})
		})
	}
}

func TestInProcessKilledAndTerminated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := inProcess(t, func(ctx context.Context, link net.Conn) error {
			_, err := io.Copy(io.Discard, link) // does not heed ctx
			return err
		}, launch.Request{})
		if err := p.Terminate(); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if exit := p.Exit(); exit.Exited {
			t.Error("terminated a function that did not listen:", exit)
		}
		if err := p.Kill(); err != nil {
			t.Error(err)
		}
		<-p.Done()
		if exit := p.Exit(); exit.Signal != os.Kill || exit.Code != -1 {
			t.Errorf("%+v", exit)
		}
	})
}

func TestInProcessStderrThatPanics(t *testing.T) {
	p := inProcess(t, func(context.Context, net.Conn) error { panic("one") }, launch.Request{Stderr: panicWriter{}})
	<-p.Done()
	if exit := p.Exit(); exit.Code != 2 {
		t.Error(exit)
	}
}

type panicWriter struct{}

func (panicWriter) Write([]byte) (int, error) { panic("two") }

func TestConnIsUsedOnce(t *testing.T) {
	a, b := net.Pipe()
	defer b.Close()
	l := launch.Conn(a)
	if p, err := l.Launch(cancelled(), launch.Request{}); p != nil || !errors.Is(err, context.Canceled) {
		t.Fatal(p, err)
	}
	p, err := l.Launch(t.Context(), launch.Request{})
	if err != nil || p.Link() != a {
		t.Fatal(p, err)
	}
	if p, err := l.Launch(t.Context(), launch.Request{}); p != nil || err == nil {
		t.Error(p, err)
	}
	if _, err := p.Dial(t.Context(), "unix", "/x"); !errors.Is(err, errors.ErrUnsupported) {
		t.Error(err)
	}
	a.Close() // as a session does
	if err := p.Terminate(); err != nil {
		t.Error(err)
	}
	<-p.Done()
	if _, err := launch.Conn(nil).Launch(t.Context(), launch.Request{}); err == nil {
		t.Error("a nil connection was taken")
	}
}

func cancelled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}
