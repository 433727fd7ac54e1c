// Command testplugin is the plugin of the tests of the tenon command. What it is depends
// on what its file is called, since it is asked for its description in an empty
// environment: "bolt", or with words behind it such as "bolt-gob-next".
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	cborcodec "github.com/tenon-dev/tenon/codec-cbor"
	gobcodec "github.com/tenon-dev/tenon/codec-gob"
	protocodec "github.com/tenon-dev/tenon/codec-proto"
	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/reattach"
	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/directtransport"
	smuxtransport "github.com/tenon-dev/tenon/transport-smux"
	yamuxtransport "github.com/tenon-dev/tenon/transport-yamux"
)

var cookie = tenon.Cookie{Key: "BOLT_PLUGIN", Value: "test"}

func main() {
	words := strings.Split(strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe"), "-")
	is := func(word string) bool { return slices.Contains(words, word) }
	asked := slices.Contains(os.Args, "--describe")
	if words[0] == "host" {
		if err := keep(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	switch {
	case is("mute") && asked:
		os.Exit(3)
	case is("unlucky") && !asked:
		panic("no license was found")
	case is("hanging") && !asked:
		select {}
	}
	cfg := tenon.ServeConfig{
		Cookie: cookie, Name: words[0], Release: "1.4.0",
		Transports: []transport.Transport{smuxtransport.New(), yamuxtransport.New(), directtransport.New()},
		Codecs:     []codec.Codec{cborcodec.New(), gobcodec.New(), jsoncodec.New()},
		Services: tenon.Services{
			"kv": dynamic.Service(newStore()),
			"files": dynamic.New(func(_ context, c filesConfig) (*files, error) {
				if c.Root == "" {
					return nil, tenon.Errorf(tenon.InvalidArgument, "there is no root")
				}
				return &files{c}, nil
			}),
		},
		Default: "kv",
	}
	if is("nameless") {
		cfg.Name = ""
	}
	switch {
	case is("gob"):
		cfg.Codecs = []codec.Codec{gobcodec.New()}
	case is("cbor"):
		cfg.Codecs = []codec.Codec{cborcodec.New()}
	case is("proto"):
		cfg.Codecs = []codec.Codec{protocodec.New(), protocodec.NewJSON()}
		cfg.Services = tenon.Services{"words": wordService()}
		cfg.Default = ""
	}
	if is("next") { // what a later release may look like
		cfg.Release = "1.5.0"
		cfg.Versions = map[int]tenon.Services{1: {"kv": dynamic.Service(nextStore{newStore()})}, 2: {"kv": dynamic.Service(newStore())}}
		cfg.Transports = cfg.Transports[1:]
		cfg.Default = ""
	}
	if is("deaf") {
		cfg.Transports = []transport.Transport{deaf{directtransport.New()}}
	}
	if is("kept") {
		cfg.Keeper = reattach.Keeper()
	}
	if is("evil") {
		cfg.Release = "\x1b[31mred\u009b2J"
		cfg.Services["bad\x1b]0;owned\a\u202e"] = dynamic.Service(newStore())
		if !asked {
			fmt.Fprintln(os.Stderr, "printed\x1b[2Jby the plugin")
		}
	}
	tenon.Main(cfg)
}
