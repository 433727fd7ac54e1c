package bridge_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	goplugin "github.com/tenon-dev/tenon/compat-goplugin"
	"github.com/tenon-dev/tenon/compat-goplugin/bridge"
	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/launch"
)

// playPacker answers as plugins of Packer do, and echoes until the host hangs up.
func playPacker(api string) {
	if os.Getenv("PACKER_PLUGIN_MAGIC_COOKIE") == "" || os.Getenv("PACKER_PLUGIN_MIN_PORT") != "10000" {
		os.Exit(2)
	}
	l, err := net.Listen("unix", filepath.Join(os.Getenv("BRIDGE_DIR"), "packer"))
	if err != nil {
		panic(err)
	}
	os.Stdout.WriteString("not the answer\n" + api + "|unix|" + l.Addr().String() + "\n")
	conn, err := l.Accept()
	if err != nil {
		panic(err)
	}
	io.Copy(conn, conn)
}

// echoes is a session whose components are connections that echo.
type echoes struct{ net.Conn }

func (e echoes) Dispense(string) (any, error) { return io.ReadWriter(e.Conn), nil }

func packerClient(t *testing.T, api string) *tenon.Client {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	other := bridgeDialect(t) // which must not take this answer
	c := tenon.NewClient(tenon.ClientConfig{
		Cookie:   cookie,
		Launcher: launch.Command(exe, launch.Setenv("BRIDGE_ROLE=packer "+api, "BRIDGE_DIR="+t.TempDir(), "GORACE=atexit_sleep_ms=0")),
		Dialects: []tenon.Dialect{other, bridge.Packer(bridge.PackerConfig{
			Open: func(conn net.Conn) (bridge.PackerSession, error) { return echoes{conn}, nil },
		})},
	})
	t.Cleanup(func() { c.Close() })
	return c
}

func TestPackersAnswer(t *testing.T) {
	c := packerClient(t, "5|0")
	ctx, cancel := context.WithTimeout(t.Context(), guard)
	defer cancel()
	conn, err := tenon.Dispense(ctx, c, "any", tenon.Plugin[io.ReadWriter]{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 5)
	if _, err := conn.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(conn, got); err != nil || string(got) != "hello" {
		t.Errorf("%q, %v", got, err)
	}
	if info := c.Info(); info.Dialect != bridge.PackerName {
		t.Errorf("info: %+v", info)
	}
	if _, err := c.Ping(ctx); err != nil {
		t.Errorf("Ping: %v", err)
	}
	if err := c.Stop(ctx); err != nil || !errors.Is(c.Err(), tenon.ErrStopped) {
		t.Errorf("Stop: %v, %v", err, c.Err())
	}
}

func TestPackersVersionsThatDoNotFit(t *testing.T) {
	for _, api := range []string{"4|0", "5|1", "6|0"} {
		c := packerClient(t, api)
		ctx, cancel := context.WithTimeout(t.Context(), guard)
		defer cancel()
		if err := c.Start(ctx); err == nil || !strings.Contains(err.Error(), "incompatible API version") {
			t.Errorf("%s: %v", api, err)
		}
	}
}

func TestPackersLine(t *testing.T) {
	match := bridge.Packer(bridge.PackerConfig{}).Match
	for line, want := range map[string]bool{
		"5|0|unix|/tmp/x": true, "5|1|tcp|127.0.0.1:1": true,
		"1|2|unix|/tmp/x": false, "5|0|unix|/tmp/x|netrpc": false, "5|0|ipx|here": false,
		"5|x|unix|/tmp/x": false, "x|0|unix|/tmp/x": false, "5|0|unix|": false, "hello": false, "": false,
	} {
		if match([]byte(line)) != want {
			t.Errorf("%q: %v", line, !want)
		}
	}
}

func FuzzPackersLine(f *testing.F) {
	f.Add("5|0|unix|/tmp/x")
	f.Add("1|0|tcp|127.0.0.1:1|grpc")
	packer := bridge.Packer(bridge.PackerConfig{})
	other, err := bridge.Dialect(&goplugin.ClientConfig{HandshakeConfig: handshake, Plugins: plugins})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if packer.Match([]byte(line)) && other.Match([]byte(line)) {
			t.Errorf("%q is an answer of both", line)
		}
	})
}
