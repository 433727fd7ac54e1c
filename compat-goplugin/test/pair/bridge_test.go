package pair

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/tenon-dev/tenon/compat-goplugin"
	"github.com/tenon-dev/tenon/compat-goplugin/bridge"
	"github.com/tenon-dev/tenon/compat-goplugin/test/contract"
	"github.com/tenon-dev/tenon/compat-goplugin/test/ours"
	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/launch"
)

// TestBridge has a tenon.Client run plugins of the original, in every way that there is.
func TestBridge(t *testing.T) {
	for name, test := range map[string]struct {
		grpc, mtls, tls bool
		versions        []int
	}{
		"netrpc":        {},
		"netrpc mtls":   {mtls: true},
		"grpc":          {grpc: true},
		"grpc mtls":     {grpc: true, mtls: true},
		"grpc tls":      {grpc: true, tls: true},
		"grpc versions": {grpc: true, versions: []int{3, 4}},
	} {
		t.Run(name, func(t *testing.T) {
			leaks(t)
			cfg := &goplugin.ClientConfig{
				HandshakeConfig: ours.Handshake, AutoMTLS: test.mtls, Logger: hclog.NewNullLogger(),
				AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolNetRPC, goplugin.ProtocolGRPC},
				Plugins:          goplugin.PluginSet{"svc": ours.Fixture{Version: 1}},
			}
			if test.tls {
				cfg.TLSConfig = contract.ClientTLS()
			}
			want := "1"
			if test.versions != nil {
				want = "4"
				cfg.Plugins, cfg.ProtocolVersion = nil, 0
				cfg.VersionedPlugins = map[int]goplugin.PluginSet{4: {"svc": ours.Fixture{Version: 4}}, 9: {"svc": ours.Fixture{Version: 9}}}
			}
			dialect, err := bridge.Dialect(cfg)
			if err != nil {
				t.Fatal(err)
			}
			made := command(t, "theirs", contract.Plugin{GRPC: test.grpc, TLS: test.tls, Versions: test.versions})
			client := tenon.NewClient(tenon.ClientConfig{
				Cookie:   tenon.Cookie{Key: "PAIR_TENON", Value: "yes"},
				Launcher: launch.Command(made.Path, launch.Setenv(made.Env...)),
				Dialects: []tenon.Dialect{dialect},
			})
			defer client.Close()
			ctx, cancel := context.WithTimeout(t.Context(), guard)
			defer cancel()
			svc, err := tenon.Dispense(ctx, client, "svc", tenon.Plugin[contract.Service]{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			echo(t, svc)
			if got, err := svc.Do("version", ""); got != want || err != nil {
				t.Errorf("version %s, %v, want %s", got, err, want)
			}
			if !test.tls { // a TLSConfig is a client's, and cannot be served with
				if got, err := svc.CallBack(strings.ToUpper, "x"); got != "X" || err != nil {
					t.Errorf("call back: %q, %v", got, err)
				}
			}
			if got, err := svc.ServeBack("y"); got != "plugin:y" || err != nil {
				t.Errorf("serve back: %q, %v", got, err)
			}
			if test.grpc {
				if got, err := svc.Stream(10); len(got) != 10 || err != nil {
					t.Errorf("stream: %d words, %v", len(got), err)
				}
			}
			if client.Info().Dialect != bridge.Name {
				t.Errorf("info: %+v", client.Info())
			}
			if _, err := client.Ping(ctx); err != nil {
				t.Errorf("Ping: %v", err)
			}
			if err := client.Stop(ctx); err != nil || !errors.Is(client.Err(), tenon.ErrStopped) {
				t.Errorf("Stop: %v, %v", err, client.Err())
			}
		})
	}
}
