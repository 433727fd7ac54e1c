package pair

import (
	"fmt"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/tenon-dev/tenon/compat-goplugin/test/contract"
)

// BenchmarkCall compares calls through the two libraries, each on both sides.
func BenchmarkCall(b *testing.B) {
	for _, grpc := range []bool{true, false} {
		for _, library := range []string{"ours", "theirs"} {
			b.Run(fmt.Sprintf("grpc=%v/library=%s", grpc, library), func(b *testing.B) {
				c := hosts[library](contract.Host{GRPC: true, Logger: hclog.NewNullLogger(), Cmd: command(b, library, contract.Plugin{GRPC: grpc})})
				defer c.Kill()
				svc, err := c.Dispense("svc")
				if err != nil {
					b.Fatal(err)
				}
				b.ReportAllocs()
				for b.Loop() {
					if _, err := svc.Do("echo", "hello"); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkStart compares starts, up to the first answer to a call, and without the end.
func BenchmarkStart(b *testing.B) {
	for _, mtls := range []bool{true, false} {
		for _, library := range []string{"ours", "theirs"} {
			b.Run(fmt.Sprintf("mtls=%v/library=%s", mtls, library), func(b *testing.B) {
				for b.Loop() {
					c := hosts[library](contract.Host{GRPC: true, AutoMTLS: mtls, Logger: hclog.NewNullLogger(), Cmd: command(b, library, contract.Plugin{GRPC: true})})
					if err := c.Ping(); err != nil {
						b.Fatal(err)
					}
					b.StopTimer()
					c.Kill()
					b.StartTimer()
				}
			})
		}
	}
}
