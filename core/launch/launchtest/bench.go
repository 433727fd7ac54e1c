package launchtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/launch"
)

// bench is where one case runs: it starts programs and clears up after them.
type bench struct {
	t       *testing.T
	h       Harness
	started []launch.Process
	closers []io.Closer
}

// launcher returns a new launcher for the program of that name.
func (b *bench) launcher(name string, env ...string) (launch.Launcher, error) {
	p, err := program(name, env...)
	if err != nil {
		return nil, err
	}
	return b.h.New(b.t, p), nil
}

// start launches the program of that name.
func (b *bench) start(name string, req launch.Request, env ...string) (launch.Process, error) {
	l, err := b.launcher(name, env...)
	if err != nil {
		return nil, err
	}
	return b.launch(context.Background(), l, req)
}

func (b *bench) launch(ctx context.Context, l launch.Launcher, req launch.Request) (launch.Process, error) {
	p, err := l.Launch(ctx, req)
	switch {
	case err != nil:
		return nil, fmt.Errorf("Launch: %w", err)
	case p == nil:
		return nil, errors.New("Launch returned neither a process nor an error")
	}
	b.started = append(b.started, p)
	return p, nil
}

// end ends everything that the case has started.
func (b *bench) end() error {
	var errs []error
	for _, c := range b.closers {
		c.Close()
	}
	for _, p := range b.started {
		if link := p.Link(); link != nil {
			link.Close()
		}
		p.Kill()
		errs = append(errs, b.ended(p))
	}
	return errors.Join(errs...)
}

// ended waits for Done.
func (b *bench) ended(p launch.Process) error {
	return b.arrives(p.Done(), "Done to be closed")
}

func (b *bench) arrives(c <-chan struct{}, what string) error {
	timer := time.NewTimer(b.h.Guard)
	defer timer.Stop()
	select {
	case <-c:
		return nil
	case <-timer.C:
		return fmt.Errorf("waited %v in vain for %s", b.h.Guard, what)
	}
}

// echoes sends a message over the link and expects it back.
func (b *bench) echoes(link net.Conn) error {
	if link == nil {
		return errors.New("Link is nil although one was asked for")
	}
	link.SetDeadline(time.Now().Add(b.h.Guard))
	sent := []byte("the quick brown fox")
	if _, err := link.Write(sent); err != nil {
		return fmt.Errorf("write to the link: %w", err)
	}
	got := make([]byte, len(sent))
	if _, err := io.ReadFull(link, got); err != nil {
		return fmt.Errorf("read from the link: %w", err)
	}
	if !bytes.Equal(got, sent) {
		return fmt.Errorf("the link brought %q back, sent was %q", got, sent)
	}
	return nil
}

// capture is a writer that the test can wait on.
type capture struct {
	mu     sync.Mutex
	buf    bytes.Buffer
	sealed bool
	late   bool
}

func (c *capture) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sealed {
		c.late = true
	}
	return c.buf.Write(p)
}

func (c *capture) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.buf.String()
}

// ready waits until the program has printed that it is.
func (b *bench) ready(out *capture) error {
	if !poll(b.h.Guard, func() bool { return len(out.text()) > 0 }) {
		return fmt.Errorf("the program printed nothing within %v", b.h.Guard)
	}
	return nil
}

// visitor waits for a grandchild to connect, and shows when it ends.
type visitor struct {
	listener net.Listener
	conn     net.Conn
}

func (b *bench) expectVisitor() (*visitor, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	v := &visitor{listener: l}
	b.closers = append(b.closers, v)
	return v, nil
}

func (v *visitor) env() string { return dialVar + "=" + v.listener.Addr().String() }

func (v *visitor) arrive(guard time.Duration) (err error) {
	v.listener.(*net.TCPListener).SetDeadline(time.Now().Add(guard))
	if v.conn, err = v.listener.Accept(); err != nil {
		return fmt.Errorf("the grandchild did not call: %w", err)
	}
	v.conn.SetDeadline(time.Now().Add(guard))
	_, err = io.ReadFull(v.conn, make([]byte, 1))
	return err
}

// leave waits until the grandchild is gone.
func (v *visitor) leave() error {
	if _, err := v.conn.Read(make([]byte, 1)); err != nil {
		var timeout net.Error
		if errors.As(err, &timeout) && timeout.Timeout() {
			return errors.New("the grandchild still lives")
		}
		return nil
	}
	return errors.New("the grandchild spoke; it was to end")
}

func (v *visitor) Close() error {
	if v.conn != nil {
		v.conn.Close()
	}
	return v.listener.Close()
}
