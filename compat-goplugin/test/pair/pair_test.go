package pair

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/tenon-dev/tenon/compat-goplugin/test/contract"
)

func TestPairs(t *testing.T) {
	tests := []struct {
		name string
		host contract.Host
		cfg  contract.Plugin
	}{
		{"netrpc", contract.Host{}, contract.Plugin{}},
		{"netrpc AutoMTLS", contract.Host{AutoMTLS: true}, contract.Plugin{}},
		{"netrpc TLS", contract.Host{TLS: true}, contract.Plugin{TLS: true}},
		{"grpc", contract.Host{}, contract.Plugin{GRPC: true}},
		{"grpc AutoMTLS", contract.Host{AutoMTLS: true}, contract.Plugin{GRPC: true}},
		{"grpc mux", contract.Host{Multiplex: true}, contract.Plugin{GRPC: true}},
		{"grpc mux AutoMTLS", contract.Host{Multiplex: true, AutoMTLS: true}, contract.Plugin{GRPC: true}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			leaks(t)
			pairings(t, func(t *testing.T, host, plugin string) {
				c, svc := start(t, host, plugin, test.host, test.cfg)
				exercise(t, c, svc, test.cfg.GRPC)
				within(t, "Kill", c.Kill)
				if !c.Exited() {
					t.Error("Exited is false after Kill")
				}
			})
		})
	}
}

// exercise uses everything that a plugin can do.
func exercise(t *testing.T, c contract.Client, svc contract.Service, grpc bool) {
	t.Helper()
	echo(t, svc)
	if err := c.Ping(); err != nil {
		t.Errorf("Ping: %v", err)
	}
	if c.Version() != 1 {
		t.Errorf("version %d", c.Version())
	}
	if _, err := svc.Do("fail", "on purpose"); err == nil || !strings.Contains(err.Error(), "on purpose") {
		t.Errorf("an error came back as %v", err)
	}
	for i := range 3 { // several brokered connections, one after the other
		if got, err := svc.CallBack(func(s string) string { return "host:" + s }, "x"); got != "host:x" || err != nil {
			t.Fatalf("call back %d: %q, %v", i, got, err)
		}
		if got, err := svc.ServeBack("y"); got != "plugin:y" || err != nil {
			t.Fatalf("serve back %d: %q, %v", i, got, err)
		}
	}
	if got, err := svc.Do("size", "6000000"); len(got) != 6000000 || err != nil {
		t.Errorf("a large reply: %d bytes, %v", len(got), err)
	}
	if !grpc {
		return
	}
	if got, err := svc.Stream(100); len(got) != 100 || err != nil {
		t.Errorf("stream: %d words, %v", len(got), err)
	}
	words := strings.Fields(strings.Repeat("a b c ", 50))
	if got, err := svc.Bidi(words); !slices.Equal(got, words) || err != nil {
		t.Errorf("bidirectional: %d words, %v", len(got), err)
	}
}

// TestManyAtOnce has many brokered connections made at the same time, in both directions.
func TestManyAtOnce(t *testing.T) {
	for name, test := range map[string]struct {
		host contract.Host
		cfg  contract.Plugin
	}{
		"netrpc":   {contract.Host{}, contract.Plugin{}},
		"grpc":     {contract.Host{}, contract.Plugin{GRPC: true}},
		"grpc mux": {contract.Host{Multiplex: true}, contract.Plugin{GRPC: true}},
	} {
		t.Run(name, func(t *testing.T) {
			leaks(t)
			pairings(t, func(t *testing.T, host, plugin string) {
				many := 20
				if host == "theirs" || plugin == "theirs" {
					if test.host.Multiplex {
						t.Skip("the original wants its multiplexed connections made one after the other")
					}
					many = 4 // it times out with more
				}
				c, svc := start(t, host, plugin, test.host, test.cfg)
				var all sync.WaitGroup
				for range many {
					all.Go(func() {
						if got, err := svc.CallBack(strings.ToUpper, "x"); got != "X" || err != nil {
							t.Errorf("call back: %q, %v", got, err)
						}
					})
					all.Go(func() {
						if got, err := svc.ServeBack("y"); got != "plugin:y" || err != nil {
							t.Errorf("serve back: %q, %v", got, err)
						}
					})
				}
				all.Wait()
				within(t, "Kill", c.Kill)
			})
		})
	}
}

func TestNegotiatedVersions(t *testing.T) {
	tests := []struct {
		host, plugin []int
		want         string
	}{
		{[]int{5}, []int{5, 6}, "5"},
		{[]int{5, 6}, []int{5, 6}, "6"},
		{[]int{4, 5, 6}, []int{3, 4, 5}, "5"},
		{[]int{1}, nil, "1"},
		{[]int{2, 3}, []int{5, 4}, ""},
	}
	for _, grpc := range []bool{false, true} {
		for _, test := range tests {
			t.Run(fmt.Sprintf("grpc=%v/%v-%v", grpc, test.host, test.plugin), func(t *testing.T) {
				pairings(t, func(t *testing.T, host, plugin string) {
					h := contract.Host{Versions: test.host, GRPC: true, Cmd: command(t, plugin, contract.Plugin{GRPC: grpc, Versions: test.plugin})}
					if test.want == "" {
						c := hosts[host](h)
						err := c.Start()
						if err == nil || !strings.Contains(err.Error(), "incompatible API version with plugin") || !strings.Contains(err.Error(), "4") {
							t.Errorf("Start: %v", err)
						}
						within(t, "Kill", c.Kill)
						return
					}
					c, svc := start(t, host, plugin, h, contract.Plugin{})
					got, err := svc.Do("version", "")
					if got != test.want || err != nil || fmt.Sprint(c.Version()) != test.want {
						t.Errorf("the plugin serves %q, %v, the host knows %d, want %s", got, err, c.Version(), test.want)
					}
				})
			})
		}
	}
}

func TestOutput(t *testing.T) {
	for _, grpc := range []bool{false, true} {
		t.Run(fmt.Sprintf("grpc=%v", grpc), func(t *testing.T) {
			pairings(t, func(t *testing.T, host, plugin string) {
				var stdout, stderr, raw buffer
				_, svc := start(t, host, plugin, contract.Host{SyncStdout: &stdout, SyncStderr: &stderr, Stderr: &raw}, contract.Plugin{GRPC: grpc})
				long := strings.Repeat("0123456789", 30000)
				for what, text := range map[string]string{"stdout": "to stdout\n" + long, "stderr": "to stderr\n" + long, "rawstderr": "raw\n", "rawstdout": "nobody reads this\n"} {
					within(t, what, func() {
						if _, err := svc.Do(what, text); err != nil {
							t.Error(what, err)
						}
					})
				}
				eventually(t, "stdout arrives", func() bool { return stdout.String() == "to stdout\n"+long })
				eventually(t, "stderr arrives", func() bool { return stderr.String() == "to stderr\n"+long })
				eventually(t, "raw stderr arrives", func() bool { return strings.Contains(raw.String(), "raw\n") })
			})
		})
	}
}
