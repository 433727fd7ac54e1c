//go:build unix

package tenon_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/internal/proof"
	"github.com/tenon-dev/tenon/core/launch"
)

// The secret that the liars among the plugins announce.
var liarsSecret = strings.Repeat("c0ffee42", 8)

func init() {
	programs["announcer"] = playAnnouncer
	programs["tcp"] = func() {
		tenon.Main(tenon.ServeConfig{Cookie: cookie, Services: testServices(), Listen: listenTCP})
	}
}

// playAnnouncer is a plugin that announces, and then does something else.
func playAnnouncer() {
	path := filepath.Join(os.Getenv("ANNOUNCE_DIR"), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		panic(err)
	}
	line := "tenon-link-4f9c0be27a61d835|1|unix|" + path
	switch how := os.Getenv("ANNOUNCE"); how {
	case "no secret":
		fmt.Println(line)
	case "no secret, tcp":
		socket, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			panic(err)
		}
		fmt.Println("tenon-link-4f9c0be27a61d835|1|tcp|" + socket.Addr().String())
		if conn, err := socket.Accept(); err == nil {
			said, _ := io.ReadAll(io.LimitReader(conn, 4))
			fmt.Fprintf(os.Stderr, "the host said %q in the clear\n", said)
			os.Exit(5)
		}
	case "malformed":
		fmt.Println(line + "|secret=" + liarsSecret[1:])
	case "half a line":
		fmt.Print(line + "|secret=" + liarsSecret)
		os.Exit(4)
	case "silent": // the system takes the connection, nobody answers
		fmt.Println(line + "|secret=" + liarsSecret)
	case "liar", "deaf":
		fmt.Fprintln(os.Stderr, line+"|secret="+liarsSecret)
		fmt.Println(line + "|secret=" + liarsSecret)
		conn, err := l.Accept()
		if err != nil {
			panic(err)
		}
		if how == "liar" {
			conn.Write(make([]byte, 64))
		} else {
			conn.Close()
		}
	}
	io.Copy(io.Discard, os.Stdin)
	select {}
}

// tcpListener is a link of the plugin's own making: plain TCP, with a secret.
type tcpListener struct {
	gate *proof.Gate
	line []byte
}

func listenTCP(context.Context) (tenon.LinkListener, error) {
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	secret := proof.Secret()
	return &tcpListener{
		gate: proof.NewGate(socket, secret, func(net.Conn) error { return nil }),
		line: launch.Announce(launch.Announcement{Network: "tcp", Address: socket.Addr().String(), Secret: secret}),
	}, nil
}

func (l *tcpListener) Announce() []byte                             { return l.line }
func (l *tcpListener) Accept(ctx context.Context) (net.Conn, error) { return l.gate.Accept(ctx) }
func (l *tcpListener) Close() error                                 { return l.gate.Close() }

// unlinked starts a plugin without a link, so that it has to listen.
func unlinked(l launch.Launcher) launch.Launcher {
	return launch.Func(func(ctx context.Context, req launch.Request) (launch.Process, error) {
		req.Link = false
		return l.Launch(ctx, req)
	})
}

// everything keeps all that a host is told.
type everything struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (e *everything) Write(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.all.Write(p)
}

func (e *everything) text() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.all.String()
}

// Plugins that listen and are not what they should be are refused, in words, and none of
// the words is their secret.
func TestAnnouncementsThatAreRefused(t *testing.T) {
	for how, want := range map[string]string{
		"no secret":      "announced a unix socket without a secret",
		"no secret, tcp": "announced a tcp socket without a secret",
		"malformed":      "a secret has 64 hexadecimal digits",
		"half a line":    "exit code 4",
		"liar":           "the other side does not know the secret",
		"deaf":           "the plugin closed the connection",
	} {
		for _, logged := range []bool{false, true} {
			t.Run(how, func(t *testing.T) {
				leak.Check(t)
				var told everything
				cfg := tenon.ClientConfig{
					Cookie: cookie, StartTimeout: 20 * time.Second,
					Launcher: unlinked(program("announcer", launch.Setenv("ANNOUNCE="+how, "ANNOUNCE_DIR="+t.TempDir()))),
				}
				if logged {
					cfg.Logger = slog.New(slog.NewTextHandler(&told, nil))
				} else {
					cfg.Stdout, cfg.Stderr = &told, &told
				}
				c := tenon.NewClient(cfg)
				err := c.Start(t.Context())
				c.Close()
				failed := as[*tenon.StartError](t, err)
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, which does not say %q", err, want)
				}
				if errors.Is(err, launch.ErrNotProven) != (how == "liar") {
					t.Errorf("ErrNotProven: %v", err)
				}
				if all := err.Error() + failed.Stdout + failed.Stderr + told.text(); strings.Contains(all, liarsSecret[1:9]) {
					t.Errorf("the secret was told: %s", all)
				}
				if how == "half a line" && !strings.Contains(told.text(), "|secret=***") {
					t.Errorf("what it printed is %q", told.text())
				}
			})
		}
	}
}

// A plugin that has said where it listens, and then nothing, is told from one that never
// spoke: it is no question whether it was made with Tenon.
func TestAnnouncedAndSilent(t *testing.T) {
	leak.Check(t)
	dir := t.TempDir()
	c := tenon.NewClient(tenon.ClientConfig{
		Cookie: cookie, StartTimeout: 3 * time.Second, // time enough to announce
		Launcher: unlinked(program("announcer", launch.Setenv("ANNOUNCE=silent", "ANNOUNCE_DIR="+dir))),
	})
	defer c.Close()
	err := c.Start(t.Context())
	failed := as[*tenon.StartError](t, err)
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(failed.Hint, "does not answer") || !strings.Contains(failed.Hint, filepath.Join(dir, "s")) {
		t.Errorf("got %v", err)
	}
}

// A plugin that listens works as one that inherits its link, and its secret is known to
// nobody else: not in its output, however often it announces, nor its environment.
func TestPluginThatListens(t *testing.T) {
	leak.Check(t)
	var told everything
	c := newClient(t, "plugin", func(cfg *tenon.ClientConfig) {
		cfg.Launcher = unlinked(cfg.Launcher)
		cfg.Stdout, cfg.Stderr = &told, &told
	})
	g := bind(t, c)
	if _, err := g.Ping(t.Context()); err != nil || c.Info().Link != "unix" {
		t.Errorf("%v, %+v", err, c.Info())
	}
	if strings.Contains(told.text(), "secret=") {
		t.Errorf("the announcement was passed on: %q", told.text())
	}
	line := "tenon-link-4f9c0be27a61d835|1|unix|/s|secret=" + liarsSecret + "\nafter"
	if err := g.Print(t.Context(), line, line); err != nil {
		t.Error(err)
	}
	eventually(t, "what it printed", func() bool { return strings.Count(told.text(), "after") == 2 })
	if all := told.text(); strings.Contains(all, liarsSecret[:8]) || strings.Count(all, "|secret="+strings.Repeat("*", 64)+"\nafter") != 2 {
		t.Errorf("a second announcement was passed on: %q", all)
	}
	env, err := g.Environ(t.Context())
	if err != nil {
		t.Error(err)
	}
	for _, entry := range env {
		if strings.Contains(entry, "secret") {
			t.Errorf("its environment has %q", entry)
		}
	}
}

// A secret is proven on whatever network it was announced for.
func TestSecretOverTCP(t *testing.T) {
	leak.Check(t)
	c := newClient(t, "tcp", func(cfg *tenon.ClientConfig) { cfg.Launcher = unlinked(cfg.Launcher) })
	if _, err := bind(t, c).Ping(t.Context()); err != nil || c.Info().Link != "tcp" {
		t.Errorf("%v, %+v", err, c.Info())
	}
}
