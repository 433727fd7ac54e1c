package main

import (
	"fmt"
	"strings"

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
)

// transports are those that tenon speaks, in order of preference.
func transports() []transport.Transport {
	return []transport.Transport{directtransport.New(), unixtransport.New(), smuxtransport.New(), yamuxtransport.New()}
}

// codecs are those that tenon speaks, in order of preference: json first, since no type
// is too much for it.
func codecs() []codec.Codec {
	return []codec.Codec{jsoncodec.New(), cborcodec.New(), gobcodec.New(), protocodec.New(), protocodec.NewJSON()}
}

func transportNames() []string { return namesOf(transports()) }
func codecNames() []string     { return namesOf(codecs()) }

func namesOf[T interface{ Name() string }](all []T) []string {
	var names []string
	for _, d := range all {
		names = append(names, d.Name())
	}
	return names
}

func chooseTransports(name string) ([]transport.Transport, error) {
	return choose("transport", name, transports())
}

func chooseCodecs(name string) ([]codec.Codec, error) { return choose("codec", name, codecs()) }

// choose returns the one of that name, all for "". The version of a transport may be
// left out.
func choose[T interface{ Name() string }](what, name string, all []T) ([]T, error) {
	if name == "" {
		return all, nil
	}
	for _, d := range all {
		if short, _, _ := strings.Cut(d.Name(), "/"); name == d.Name() || name == short {
			return []T{d}, nil
		}
	}
	return nil, usageError{fmt.Errorf("there is no %s %q: there are %s", what, name, strings.Join(namesOf(all), ", "))}
}
