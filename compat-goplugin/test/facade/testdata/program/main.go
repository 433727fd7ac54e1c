// Command program is a host that runs another build of itself, or itself, as a plugin,
// in every way that the library it is built with knows. For each way it prints "ok" or
// what went wrong, and which libraries were at work. It is written so that every release
// of go-plugin can build it.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"runtime/debug"
	"strings"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
)

var handshake = plugin.HandshakeConfig{ProtocolVersion: 1, MagicCookieKey: "PROGRAM_COOKIE", MagicCookieValue: "program"}

// grpcEnv tells the plugin to serve over gRPC.
const grpcEnv = "PROGRAM_GRPC"

// A greeter is what the plugin serves.
type greeter interface {
	Greet(name string) (string, error)
	CallBack(f func(string) string) (string, error) // the plugin calls the host
	ServeBack(arg string) (string, error)           // the host calls what the plugin serves beside
}

// library says which library this program is built with.
func library() string {
	info, _ := debug.ReadBuildInfo()
	for _, dep := range info.Deps {
		if dep.Path == "github.com/hashicorp/go-plugin" {
			if dep.Replace != nil {
				return "ours"
			}
			return dep.Version
		}
	}
	return "none"
}

func main() {
	if len(os.Args) < 2 {
		serve()
		return
	}
	for _, way := range []struct {
		name            string
		grpc, mtls, mux bool
	}{
		{"netrpc", false, false, false},
		{"netrpc-mtls", false, true, false},
		{"grpc", true, false, false},
		{"grpc-mtls", true, true, false},
		{"grpc-mux", true, false, true},
	} {
		text, err := run(os.Args[1], way.grpc, way.mtls, way.mux)
		if err != nil {
			text = "failed: " + strings.ReplaceAll(err.Error(), "\n", " ")
		}
		fmt.Println(way.name, text)
	}
}

func serve() {
	config := &plugin.ServeConfig{HandshakeConfig: handshake, Plugins: map[string]plugin.Plugin{"greeter": netPlugin{}}}
	if os.Getenv(grpcEnv) != "" {
		config.Plugins = map[string]plugin.Plugin{"greeter": grpcPlugin{}}
		config.GRPCServer = plugin.DefaultGRPCServer
	}
	plugin.Serve(config)
}

func run(exe string, grpc, mtls, mux bool) (string, error) {
	cmd := exec.Command(exe)
	config := &plugin.ClientConfig{
		HandshakeConfig: handshake, Cmd: cmd, AutoMTLS: mtls, Logger: hclog.NewNullLogger(),
		Plugins:          map[string]plugin.Plugin{"greeter": netPlugin{}},
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolNetRPC, plugin.ProtocolGRPC},
	}
	if grpc {
		cmd.Env = []string{grpcEnv + "=1"}
		config.Plugins["greeter"] = grpcPlugin{}
	}
	if mux { // only later releases know it
		field := reflect.ValueOf(config).Elem().FieldByName("GRPCBrokerMultiplex")
		if !field.IsValid() {
			return "", fmt.Errorf("not known to this release")
		}
		field.SetBool(true)
	}
	client := plugin.NewClient(config)
	defer client.Kill()
	p, err := client.Client()
	if err != nil {
		return "", err
	}
	if err := p.Ping(); err != nil {
		return "", err
	}
	v, err := p.Dispense("greeter")
	if err != nil {
		return "", err
	}
	return use(v.(greeter))
}

func use(g greeter) (string, error) {
	text, err := g.Greet(library())
	if err != nil {
		return "", err
	}
	for i := 0; i < 2; i++ {
		if back, err := g.CallBack(func(s string) string { return "host:" + s }); err != nil || back != "host:x" {
			return "", fmt.Errorf("the plugin's call came back as %q, %v", back, err)
		}
		if back, err := g.ServeBack("y"); err != nil || back != "plugin:y" {
			return "", fmt.Errorf("what the plugin serves beside answered %q, %v", back, err)
		}
	}
	return text, nil
}

func greet(name string) string { return "hello " + name + " from " + library() }
