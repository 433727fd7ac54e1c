//go:build linux

package reattach

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/launch"
)

// Who does not prove itself gets nothing, and harms nobody.
func TestWrongSecret(t *testing.T) {
	leak.Check(t)
	info := parse(killedHost(t, ""))
	wrong := info
	wrong.Secret = Secret()
	silent, err := net.Dial("unix", info.Address) // says nothing, and holds its place
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for range 20 {
		c := tenon.NewClient(tenon.ClientConfig{Cookie: cookie, Launcher: To(wrong)})
		if err := c.Start(t.Context()); !errors.Is(err, ErrNotProven) {
			t.Fatalf("got %v", err)
		}
		c.Close()
	}
	conn, err := net.Dial("unix", info.Address)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(conn, "TENO\x00\x00\x00\x02{}") // a hello without a proof
	conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	if b, err := io.ReadAll(conn); len(b) != 0 || err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("it answers %q, %v", b, err)
	}
	conn.Close()
	client, c, _ := attach(t, info)
	if n, err := c.Add(t.Context(), 0); err != nil || n != 1 {
		t.Errorf("the counter is at %d, %v", n, err)
	}
	client.Close()
}

// What a host sends first, and what a plugin answers, see docs/protocol.md.
const (
	beginSize  = len("TENP\x01") + 32
	answerSize = 32 + 32
)

// Somebody who listens in the plugin's place learns nothing, and is not believed.
func TestWrongPlugin(t *testing.T) {
	leak.Check(t)
	info := parse(killedHost(t, ""))
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	got := make(chan []byte, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		head := make([]byte, beginSize)
		io.ReadFull(conn, head)
		conn.Write(make([]byte, answerSize))
		rest, _ := io.ReadAll(conn)
		got <- append(head, rest...)
	}()
	wrong := info
	wrong.Address = path
	c := tenon.NewClient(tenon.ClientConfig{Cookie: cookie, Launcher: To(wrong)})
	if err := c.Start(t.Context()); !errors.Is(err, ErrNotProven) {
		t.Errorf("got %v", err)
	}
	c.Close()
	if b := <-got; len(b) != beginSize || bytes.Contains(b, info.Secret) {
		t.Errorf("it learned %q", b)
	}
	if !info.Process.Alive() {
		t.Error("the plugin was harmed")
	}
	client, _, _ := attach(t, info)
	client.Close()
}

// A number that another process has now is nobody to attach to, nor to kill.
func TestReusedPID(t *testing.T) {
	leak.Check(t)
	info := parse(killedHost(t, ""))
	// The system tells starts apart by hundredths of a second, and a number does not come
	// around in one.
	time.Sleep(50 * time.Millisecond)
	innocent := exec.Command("sleep", "60")
	if err := innocent.Start(); err != nil {
		t.Fatal(err)
	}
	defer innocent.Wait()
	defer innocent.Process.Kill()
	stale := info
	stale.Process.PID = innocent.Process.Pid
	c := tenon.NewClient(tenon.ClientConfig{Cookie: cookie, Launcher: To(stale)})
	if err := c.Start(t.Context()); !errors.Is(err, launch.ErrProcessGone) {
		t.Errorf("got %v", err)
	}
	c.Kill()
	if err := innocent.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("the other process: %v", err)
	}
	for _, bad := range []tenon.AttachInfo{{}, {Process: launch.Identity{PID: 1}}, {Process: launch.Identity{PID: -1, Started: "x"}}} {
		c := tenon.NewClient(tenon.ClientConfig{Cookie: cookie, Launcher: To(bad)})
		if err := c.Start(t.Context()); err == nil {
			t.Errorf("%+v is something to attach to", bad)
		}
		c.Close()
	}
	client, _, _ := attach(t, info)
	client.Close()
}
