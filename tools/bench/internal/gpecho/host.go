// Package gpecho is hashicorp/go-plugin as a subject, with net/rpc and with gRPC.
package gpecho

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"

	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

// GoPlugin is the subject, with one of its two protocols.
type GoPlugin struct {
	Protocol plugin.Protocol
	AutoMTLS bool // with a certificate for each side, made for each start
}

var _ subject.Subject = GoPlugin{}

// Label implements [subject.Subject].
func (g GoPlugin) Label() subject.Label {
	if g.AutoMTLS {
		return subject.Label{Subject: "gp-automtls"}
	}
	return subject.Label{Subject: "gp-" + string(g.Protocol)}
}

// Role implements [subject.Subject].
func (g GoPlugin) Role() string { return "gp-" + string(g.Protocol) }

// Settings implements [subject.Subject].
func (g GoPlugin) Settings() string {
	codec := "net/rpc with gob over yamux"
	if g.Protocol == plugin.ProtocolGRPC {
		codec = "gRPC with DefaultGRPCServer and generated protobuf"
	}
	security := ", no TLS"
	if g.AutoMTLS {
		security = ", AutoMTLS"
	}
	return "unix socket, " + codec + security + ", one dispensed client for all callers, null loggers; defaults"
}

// Start implements [subject.Subject]. The start has go-plugin's own bound of one
// minute.
func (g GoPlugin) Start(ctx context.Context, p subject.Program) (subject.Session, error) {
	cmd := exec.Command(p.Path)
	cmd.Env = append(os.Environ(), p.Env...)
	client := plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig:  handshake(),
		Plugins:          plugins(),
		Cmd:              cmd,
		AllowedProtocols: []plugin.Protocol{g.Protocol},
		AutoMTLS:         g.AutoMTLS,
		Logger:           hclog.NewNullLogger(),
	})
	stop := context.AfterFunc(ctx, client.Kill)
	defer stop()
	protocol, err := client.Client()
	var dispensed any
	if err == nil {
		dispensed, err = protocol.Dispense(pluginName)
	}
	calls, ok := dispensed.(caller)
	if err == nil && !ok {
		err = fmt.Errorf("go-plugin dispensed a %T", dispensed)
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		client.Kill()
		return nil, err
	}
	pid, _ := strconv.Atoi(client.ID())
	return &session{client: client, calls: calls, pid: pid}, nil
}

// caller makes the calls of one protocol.
type caller interface {
	Caller(ctx context.Context, w subject.Work) (subject.Call, func(), error)
}

type session struct {
	client *plugin.Client
	calls  caller
	pid    int
}

func (s *session) Caller(ctx context.Context, w subject.Work) (subject.Call, func(), error) {
	return s.calls.Caller(ctx, w)
}

func (s *session) Close() error {
	s.client.Kill()
	return nil
}

func (s *session) PID() int { return s.pid }
