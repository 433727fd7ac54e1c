package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/go-plugin"

	cborcodec "github.com/tenon-dev/tenon/codec-cbor"
	gobcodec "github.com/tenon-dev/tenon/codec-gob"
	protocodec "github.com/tenon-dev/tenon/codec-proto"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/directtransport"
	smuxtransport "github.com/tenon-dev/tenon/transport-smux"
	unixtransport "github.com/tenon-dev/tenon/transport-unix"
	yamuxtransport "github.com/tenon-dev/tenon/transport-yamux"

	"github.com/tenon-dev/tenon/tools/bench/internal/gpecho"
	"github.com/tenon-dev/tenon/tools/bench/internal/grpcecho"
	"github.com/tenon-dev/tenon/tools/bench/internal/rawecho"
	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
	"github.com/tenon-dev/tenon/tools/bench/internal/tenonecho"
	"github.com/tenon-dev/tenon/tools/bench/internal/tenonproto"
	"github.com/tenon-dev/tenon/tools/bench/internal/ttrpcecho"
)

// The names of subjects that others are compared with.
const (
	rawName      = "raw"
	bareName     = "bare"
	gpNetRPCName = "gp-netrpc"
	gpGRPCName   = "gp-grpc"

	gpAutoMTLSName = "gp-automtls" // launched only
)

// transportNames are Tenon's transports, in the order in which they are shown.
func transportNames() []string { return []string{"unix", "direct", "yamux", "smux"} }

// transportNamed returns a new transport, nil where there is none of that name.
func transportNamed(name string) transport.Transport {
	switch name {
	case "unix":
		return unixtransport.New()
	case "direct":
		return directtransport.New()
	case "yamux":
		return yamuxtransport.New()
	case "smux":
		return smuxtransport.New()
	}
	return nil
}

// A codecChoice is a codec and the calls that it can carry.
type codecChoice struct {
	codec    codec.Codec
	messages tenonecho.Messages
}

// codecs are Tenon's codecs, the first of which is measured where nothing else is
// asked for.
func codecs() []codecChoice {
	return []codecChoice{
		{cborcodec.New(), tenonecho.Values{}},
		{gobcodec.New(), tenonecho.Values{}},
		{jsoncodec.New(), tenonecho.Values{}},
		{protocodec.New(), tenonproto.Messages{}},
	}
}

// subjects returns everything that can be measured, with Tenon over all its
// transports in each of the named codecs.
func subjects(codecNames []string) ([]subject.Subject, error) {
	all := []subject.Subject{rawecho.Bare{}, rawecho.Raw{}}
	for _, name := range codecNames {
		i := slices.IndexFunc(codecs(), func(c codecChoice) bool { return c.codec.Name() == name })
		if i < 0 {
			return nil, fmt.Errorf("-codecs: there is no codec %q: there are %s", name, strings.Join(codecList(), ", "))
		}
		c := codecs()[i]
		for _, t := range transportNames() {
			all = append(all, tenonecho.Tenon{Name: t, Transport: transportNamed(t), Codec: c.codec, Messages: c.messages})
		}
		for _, t := range transportNames() {
			if name == codecList()[0] {
				all = append(all, tenonecho.Tenon{Name: t, Transport: transportNamed(t), Codec: c.codec, Messages: c.messages, Quick: true})
			}
		}
	}
	return append(all,
		gpecho.GoPlugin{Protocol: plugin.ProtocolNetRPC},
		gpecho.GoPlugin{Protocol: plugin.ProtocolGRPC},
		gpecho.GoPlugin{Protocol: plugin.ProtocolGRPC, AutoMTLS: true},
		ttrpcecho.TTRPC{},
		grpcecho.Plain{},
	), nil
}

func codecList() []string {
	var names []string
	for _, c := range codecs() {
		names = append(names, c.codec.Name())
	}
	return names
}

// onlyCalls reports whether a subject stands beside another one that is the same but
// for its calls.
func onlyCalls(s subject.Subject) bool { return s.Label().Subject == tenonecho.QuickName }

// choose returns the subjects of those names, or whose names begin with one of
// them and a slash; all of them where there is no name.
func choose(all []subject.Subject, names []string) ([]subject.Subject, error) {
	if len(names) == 0 {
		return all, nil
	}
	var chosen []subject.Subject
	used := map[string]bool{}
	for _, s := range all {
		wanted := false
		for _, name := range names {
			label := s.Label().String()
			if label == name || strings.HasPrefix(label, name+"/") {
				used[name], wanted = true, true
			}
		}
		if wanted {
			chosen = append(chosen, s)
		}
	}
	for _, name := range names {
		if !used[name] {
			return nil, fmt.Errorf("-subjects: there is no %q: give names, or beginnings of names, that -list prints", name)
		}
	}
	return chosen, nil
}
