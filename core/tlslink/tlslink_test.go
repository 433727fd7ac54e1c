package tlslink_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/tlslink"
)

var cookie = tenon.Cookie{Key: "TLSLINK_TEST", Value: "9a1"}

type service struct{}

func (service) Environ() []string { return append(os.Environ(), os.Args...) }

// The test binary plays the plugins.
func TestMain(m *testing.M) {
	cfg := tenon.ServeConfig{Cookie: cookie, Services: tenon.Services{"s": dynamic.Service(service{})}}
	switch os.Getenv("TLSLINK_ROLE") {
	case "tls":
		cfg.Listen = tlslink.Listen
		tenon.Main(cfg)
	case "unix":
		tenon.Main(cfg)
	case "liar": // somebody else listens at the port that is announced
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			os.Exit(9)
		}
		if dir := os.Getenv("TENON_LINK_TLS"); os.Getenv("TLSLINK_PIN") != "" {
			os.WriteFile(dir+"/plugin", []byte(os.Getenv("TLSLINK_PIN")), 0o600)
		}
		os.Stdout.Write(launch.Announce(launch.Announcement{Network: "tcp", Address: l.Addr().String()}))
		conn, err := l.Accept()
		if err != nil {
			os.Exit(8)
		}
		cert, err := tls.X509KeyPair([]byte(otherCert), []byte(otherKey))
		if err != nil {
			os.Exit(7)
		}
		tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{cert}}).Handshake()
		io.Copy(io.Discard, conn)
		os.Exit(0)
	}
	os.Setenv("GORACE", "atexit_sleep_ms=0")
	os.Exit(m.Run())
}

func client(t *testing.T, role string, env ...string) *tenon.Client {
	t.Helper()
	c := tenon.NewClient(tenon.ClientConfig{
		Cookie:   cookie,
		Launcher: tlslink.Over(launch.Command(os.Args[0], launch.Setenv(append(env, "TLSLINK_ROLE="+role)...))),
	})
	t.Cleanup(func() { c.Close() })
	return c
}

func TestCallsOverTLS(t *testing.T) {
	leak.Check(t)
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	c := client(t, "tls")
	var s struct {
		Environ func(context.Context) ([]string, error)
	}
	if err := dynamic.Bind(t.Context(), c, "s", &s); err != nil {
		t.Fatal(err)
	}
	said, err := s.Environ(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range said {
		if strings.HasPrefix(entry, "TENON_") {
			t.Errorf("the plugin's environment or arguments have %q", entry)
		}
	}
	if c.Info().Link != "tcp" || tenon.NewClient(tenon.ClientConfig{}) == nil {
		t.Errorf("the link is %+v", c.Info())
	}
	if left, _ := filepath.Glob(tmp + "/*"); len(left) != 0 {
		t.Errorf("left behind while connected: %v", left)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// A plugin that does not know of TLS is told so, and so is one that does not say its key.
func TestPluginWithoutTLS(t *testing.T) {
	leak.Check(t)
	for role, want := range map[string]string{"unix": "set ServeConfig.Listen to tlslink.Listen", "liar": "has not said which key is its own"} {
		c := client(t, role)
		if err := c.Start(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", role, err)
		}
	}
}

// One that listens in the plugin's place is not believed.
func TestOtherKey(t *testing.T) {
	leak.Check(t)
	c := client(t, "liar", "TLSLINK_PIN="+strings.Repeat("ab", 32))
	if err := c.Start(t.Context()); !errors.Is(err, tlslink.ErrOtherKey) {
		t.Errorf("got %v", err)
	}
}

// Without a host that asks for TLS, the plugin listens as always.
func TestListenWithoutHost(t *testing.T) {
	leak.Check(t)
	t.Setenv("TENON_LINK_TLS", "")
	l, err := tlslink.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if line := string(l.Announce()); !strings.Contains(line, "|unix|") {
		t.Error(line)
	}
	t.Setenv("TENON_LINK_TLS", "/no/such/directory")
	if _, err := tlslink.Listen(t.Context()); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// hosts is the host's side, without a plugin: what it dials is under the test's control.
func listening(t *testing.T, around ...func(launch.Process) launch.Process) (launch.Process, tenon.LinkListener, string) {
	t.Helper()
	var dir string
	launcher := tlslink.Over(launch.Func(func(_ context.Context, req launch.Request) (launch.Process, error) {
		for _, entry := range req.Env {
			if path, ok := strings.CutPrefix(entry, "TENON_LINK_TLS="); ok {
				dir = path
			}
		}
		var p launch.Process = fakeProcess{done: t.Context().Done()}
		for _, f := range around {
			p = f(p)
		}
		return p, nil
	}))
	p, err := launcher.Launch(t.Context(), launch.Request{Link: true})
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%s: %v, %v", dir, info.Mode(), err)
	}
	t.Setenv("TENON_LINK_TLS", dir)
	l, err := tlslink.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	a, ok, err := launch.ParseAnnounce([]byte(strings.Trim(string(l.Announce()), "\n")))
	if !ok || err != nil || a.Secret != nil {
		t.Fatal(a, ok, err)
	}
	return p, l, a.Address
}

type fakeProcess struct{ done <-chan struct{} }

func (fakeProcess) Link() net.Conn { return nil }
func (fakeProcess) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, network, address)
}
func (fakeProcess) Info() launch.Info       { return launch.Info{} }
func (p fakeProcess) Done() <-chan struct{} { return p.done }
func (fakeProcess) Exit() launch.Exit       { return launch.Exit{} }
func (fakeProcess) Terminate() error        { return nil }
func (fakeProcess) Kill() error             { return nil }

// Others who connect are turned away, also while they say nothing, and keep nobody out;
// once the host is there, nobody can connect any more.
func TestOthersAreTurnedAway(t *testing.T) {
	leak.Check(t)
	p, l, address := listening(t)
	accepted := make(chan net.Conn, 1)
	go func() {
		conn, err := l.Accept(t.Context())
		if err != nil {
			t.Error(err)
		}
		accepted <- conn
	}()
	cert, err := tls.X509KeyPair([]byte(otherCert), []byte(otherKey))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		silent, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer silent.Close()
		plain, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer plain.Close()
		fmt.Fprintf(plain, "GET / HTTP/1.1\r\n\r\n")
		cfg := &tls.Config{InsecureSkipVerify: true}
		if i > 0 {
			cfg.Certificates = []tls.Certificate{cert}
		}
		if i > 1 {
			cfg.MaxVersion = tls.VersionTLS12
		}
		other, err := tls.Dial("tcp", address, cfg)
		if err == nil { // a client learns of the refusal when it reads
			other.SetDeadline(time.Now().Add(10 * time.Second))
			_, err = other.Read(make([]byte, 1))
			other.Close()
		}
		var late net.Error
		if err == nil || err == io.EOF || errors.As(err, &late) && late.Timeout() {
			t.Errorf("client %d of another key: %v", i, err)
		}
	}
	conn, err := p.Dial(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	theirs := <-accepted
	defer theirs.Close()
	go fmt.Fprintln(theirs, "hello")
	if line, err := bufio.NewReader(conn).ReadString('\n'); line != "hello\n" || err != nil {
		t.Errorf("%q, %v", line, err)
	}
	if second, err := net.Dial("tcp", address); err == nil {
		second.Close()
		t.Error("a second connection was accepted")
	}
	if _, err := p.Dial(t.Context(), "tcp", address); err == nil {
		t.Error("a second link")
	}
	if _, err := p.Dial(t.Context(), "unix", "/x"); err == nil || !strings.Contains(err.Error(), "not for TLS") {
		t.Error(err)
	}
}

func TestAcceptEnds(t *testing.T) {
	leak.Check(t)
	_, l, address := listening(t)
	silent, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	if conn, err := l.Accept(ctx); conn != nil || !errors.Is(err, context.Canceled) {
		t.Error(conn, err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}
