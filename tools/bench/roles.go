package main

import (
	"fmt"
	"strings"

	"github.com/hashicorp/go-plugin"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/transport"

	"github.com/tenon-dev/tenon/tools/bench/internal/gpecho"
	"github.com/tenon-dev/tenon/tools/bench/internal/grpcecho"
	"github.com/tenon-dev/tenon/tools/bench/internal/rawecho"
	"github.com/tenon-dev/tenon/tools/bench/internal/sidechannel"
	"github.com/tenon-dev/tenon/tools/bench/internal/tenonecho"
	"github.com/tenon-dev/tenon/tools/bench/internal/tenonproto"
	"github.com/tenon-dev/tenon/tools/bench/internal/ttrpcecho"
)

// roleEnv says which program this process is.
const roleEnv = "TENON_BENCH_ROLE"

// play is the main function of every process that is not the host. It returns
// only what went wrong.
func play(role string) error {
	if err := sidechannel.Serve(); err != nil {
		return err
	}
	switch role {
	case "raw":
		return rawecho.Serve()
	case "grpc":
		return grpcecho.Serve()
	case "ttrpc":
		return ttrpcecho.Serve()
	case "gp-netrpc":
		gpecho.Serve(plugin.ProtocolNetRPC)
		return fmt.Errorf("role %s ended", role)
	case "gp-grpc":
		gpecho.Serve(plugin.ProtocolGRPC)
		return fmt.Errorf("role %s ended", role)
	}
	name, isTenon := strings.CutPrefix(role, "tenon-")
	t := transportNamed(name)
	if !isTenon || t == nil {
		return fmt.Errorf("there is no role %q", role)
	}
	services := tenonecho.Service()
	for name, s := range tenonproto.Service() {
		services[name] = s
	}
	var all []codec.Codec
	for _, c := range codecs() {
		all = append(all, c.codec)
	}
	tenonecho.Serve(services, []transport.Transport{t}, all)
	return nil
}
