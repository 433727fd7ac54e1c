package tenon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"unicode"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
	"github.com/tenon-dev/tenon/core/internal/hello"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/directtransport"
)

// escapes is what a peer may write into anything that it says.
const escapes = "\x1b]0;evil\x07\x1b[2J\u009b31m\u202e\u2066\u200f"

// safe reports whether text cannot drive a terminal, and says something.
func safe(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return r != '\n' && r != '\t' && unicode.In(r, unicode.Cc, unicode.Bidi_Control)
	})
}

// Whatever a plugin writes, the errors in which it stands cannot drive a terminal.
func TestErrorsAreSafe(t *testing.T) {
	link := fmt.Errorf("dial %s: %w", escapes, &rpc.ProtocolError{Violation: escapes})
	for _, err := range []error{
		&CrashError{Plugin: "p", Exited: true, Panic: "panic: " + escapes + "\n\n" + escapes, Link: link, InFlight: map[string]int{escapes: 2}},
		&CrashError{Plugin: "p", StderrTail: escapes, Link: link},
		&CrashError{Plugin: "p", ExitCode: -1, Link: link},
		&StartError{Plugin: "p", Reason: escapes, Hint: escapes, Stdout: escapes, Stderr: escapes},
		handshakeError(transport.Host, &hello.Refusal{Reason: hello.NoVersion + escapes, What: escapes, Host: []string{escapes}, Plugin: []string{escapes}}),
		handshakeError(transport.Plugin, &hello.Refusal{Reason: hello.NoTransport, What: "transport", Host: []string{escapes}}),
		handshakeError(transport.Host, &hello.MalformedError{Found: escapes}),
		&IncompatibleError{Plugin: "p", Reason: escapes},
		&IncompatibleError{Plugin: "p", Changes: []rpc.Change{{Service: escapes, Method: escapes, What: escapes}}},
	} {
		if !safe(err.Error()) {
			t.Errorf("%T: %q", err, err.Error())
		}
	}
	if e := (&CrashError{Link: link}); !errors.Is(e, link) {
		t.Error("the cause is lost")
	}
}

// playEscapes is a plugin that says escapes wherever it can, and returns when its session
// has ended.
func playEscapes(link net.Conn, answer hello.Answer) error {
	defer link.Close()
	var offer hello.Offer
	if err := hello.Read(link, &offer); err != nil {
		return err
	}
	if err := writeHello(link, &answer); err != nil || answer.Refusal != nil {
		return err
	}
	session, err := directtransport.New().Session(link, transport.Config{Side: transport.Plugin})
	if err != nil {
		return err
	}
	get := rpc.MethodDefinition{Name: escapes, Serve: func(context.Context, any, *rpc.Incoming) error { return errors.New(escapes) }}
	service := rpc.Define(rpc.Definition{
		Interface: escapes, Methods: []rpc.MethodDefinition{get},
		New: func(context.Context, func(any) error) (any, error) { return struct{}{}, nil },
	})
	peer, err := rpc.NewPeer(session, rpc.Config{Side: transport.Plugin, Services: Services{"s": service}, Codecs: []codec.Codec{jsoncodec.New()}})
	if err != nil {
		return err
	}
	<-peer.Done()
	return peer.Join(context.Background())
}

// What a plugin calls itself, its methods and its errors is safe at the host.
func TestPluginThatWritesEscapes(t *testing.T) {
	leak.Check(t)
	start := func(answer hello.Answer) *Client {
		host, plugin := net.Pipe()
		ended := make(chan error, 1)
		go func() { ended <- playEscapes(plugin, answer) }()
		c := NewClient(ClientConfig{Cookie: Cookie{Key: "K", Value: "V"}, Launcher: launch.Conn(host), Transports: []transport.Transport{directtransport.New()}})
		t.Cleanup(func() {
			c.Close()
			<-ended
		})
		return c
	}
	c := start(hello.Answer{Tenon: 1, Version: 1, Transport: "direct/1", Codecs: []string{"json"}, Name: escapes + "\n", Release: escapes})
	o, err := c.Dispense(t.Context(), "s", nil)
	if err != nil {
		t.Fatal(err)
	}
	if i := c.Info(); !safe(i.Name) || !safe(i.Release) || strings.Contains(i.Name, "\n") {
		t.Errorf("it is called %q, %q", i.Name, i.Release)
	}
	for _, method := range []string{escapes, "Other"} {
		if err := o.Call(t.Context(), method, struct{}{}, &struct{}{}); err == nil || !safe(err.Error()) {
			t.Errorf("a call failed with %q", err)
		}
	}
	c = start(hello.Answer{Tenon: 1, Refusal: &hello.Refusal{Reason: escapes, Host: []string{escapes}}})
	if err := c.Start(t.Context()); err == nil || !safe(err.Error()) {
		t.Errorf("refused with %q", err)
	}
}
