package mux

import (
	"io"
	"log"
	"net"
	"testing"
	"time"
)

func ends(t *testing.T) (host, plugin *Mux) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	silent := log.New(io.Discard, "", 0)
	plugin = Plugin(l, silent)
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if host, err = Host(conn, silent); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		host.Close()
		plugin.Close()
	})
	return host, plugin
}

// say opens a stream at one side and says a word on it.
func say(t *testing.T, from *Mux, word string) net.Conn {
	t.Helper()
	stream, err := from.Dial()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stream.Close() })
	if _, err := stream.Write([]byte(word)); err != nil {
		t.Fatal(err)
	}
	return stream
}

func hear(t *testing.T, l net.Listener, want string) {
	t.Helper()
	stream, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	stream.SetDeadline(time.Now().Add(30 * time.Second))
	got := make([]byte, len(want))
	if _, err := io.ReadFull(stream, got); err != nil || string(got) != want {
		t.Errorf("heard %q, %v, want %q", got, err, want)
	}
}

func TestStreamsReachWhoWasKnockedFor(t *testing.T) {
	host, plugin := ends(t)
	say(t, host, "main")
	hear(t, plugin.Main(), "main")
	for _, side := range []struct {
		name     string
		from, to *Mux
	}{{"to plugin", host, plugin}, {"to host", plugin, host}} {
		t.Run(side.name, func(t *testing.T) {
			first, second := side.to.Listen(1), side.to.Listen(2)
			defer first.Close()
			defer second.Close()
			for _, step := range []struct {
				id uint32
				l  net.Listener
			}{{2, second}, {1, first}, {2, second}} {
				if err := side.to.Expect(step.id); err != nil {
					t.Fatal(err)
				}
				say(t, side.from, "word")
				hear(t, step.l, "word")
			}
		})
	}
	if err := plugin.Expect(99); err == nil {
		t.Error("a knock for a number without listener was accepted")
	}
}

func TestStreamsThatNobodyWaitsForAreClosed(t *testing.T) {
	host, plugin := ends(t)
	say(t, host, "main")
	hear(t, plugin.Main(), "main")
	stray := say(t, plugin, "x") // the host has no main listener
	stray.SetReadDeadline(time.Now().Add(30 * time.Second))
	if _, err := stray.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the stray stream gave %v", err)
	}
}

func TestCloseEndsWaiting(t *testing.T) {
	host, plugin := ends(t)
	brokered := host.Listen(5)
	ended := make(chan error, 2)
	go func() { _, err := brokered.Accept(); ended <- err }()
	go func() { _, err := plugin.Main().Accept(); ended <- err }()
	plugin.Close()
	for range 2 {
		if err := <-ended; err == nil {
			t.Error("an Accept returned a stream")
		}
	}
	if _, err := host.Dial(); err == nil {
		t.Error("a stream was opened after the end")
	}
	if _, err := host.Listen(6).Accept(); err == nil {
		t.Error("a listener made after the end accepted")
	}
}

func TestCloseBeforeTheHostConnects(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := Plugin(l, log.New(io.Discard, "", 0))
	m.Close()
	if _, err := m.Main().Accept(); err == nil {
		t.Error("accepted after Close")
	}
	if _, err := m.Dial(); err == nil {
		t.Error("dialled after Close")
	}
}

// TestKnocksWithoutStreams has a peer announce streams that it never opens.
func TestKnocksWithoutStreams(t *testing.T) {
	_, plugin := ends(t)
	defer plugin.Listen(1).Close()
	refused := 0
	for range 2 * knockLimit {
		if plugin.Expect(1) != nil {
			refused++
		}
	}
	if len(plugin.expected) != knockLimit || refused != knockLimit {
		t.Errorf("%d knocks are kept, %d were refused", len(plugin.expected), refused)
	}
	plugin.expected[0].at = time.Now().Add(-knockLife)
	if err := plugin.Expect(1); err != nil {
		t.Errorf("after the first knock has expired: %v", err)
	}
}
