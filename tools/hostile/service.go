package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	cborcodec "github.com/tenon-dev/tenon/codec-cbor"
	gobcodec "github.com/tenon-dev/tenon/codec-gob"
	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/directtransport"
	smuxtransport "github.com/tenon-dev/tenon/transport-smux"
	unixtransport "github.com/tenon-dev/tenon/transport-unix"
	yamuxtransport "github.com/tenon-dev/tenon/transport-yamux"
)

var cookie = tenon.Cookie{Key: "HOSTILE_PLUGIN", Value: "5d0e1b"}

// transports are what the attacks run over, in the order in which they are shown.
func transports() []transport.Transport {
	return []transport.Transport{unixtransport.New(), directtransport.New(), yamuxtransport.New(), smuxtransport.New()}
}

func transportNamed(name string) (transport.Transport, error) {
	for _, t := range transports() {
		if short, _, _ := strings.Cut(t.Name(), "/"); name == short || name == t.Name() {
			return t, nil
		}
	}
	return nil, fmt.Errorf("there is no transport %q", name)
}

// codecNamed returns a codec that the plugins of one host share.
func codecNamed(name string) codec.Codec {
	switch name {
	case "cbor":
		return cborcodec.New()
	case "gob":
		return gobcodec.New()
	}
	return jsoncodec.New()
}

// A payload is what the only method takes and gives: a bit of everything that can be
// made large.
type payload struct {
	ID      uint64
	Data    []byte
	Numbers []int
	Names   map[string]string
	Tree    *tree
}

type tree struct{ Children []*tree }

var methodEcho = rpc.Method[payload, payload]{Name: "Echo"}

type service struct{}

func services() tenon.Services {
	return tenon.Services{"victim": rpc.NewService(
		func(context.Context, struct{}) (service, error) { return service{}, nil },
		rpc.Handle(methodEcho, func(_ service, _ context.Context, p payload) (payload, error) { return p, nil }),
	)}
}

// sample is a payload that no other call has.
func sample(id uint64) payload {
	return payload{
		ID: id, Data: bytes.Repeat([]byte{byte(id)}, 100), Numbers: []int{1, 2, int(id)},
		Names: map[string]string{"a": fmt.Sprint(id)}, Tree: &tree{Children: []*tree{{}}},
	}
}

// echoed makes one call and wants its own payload back.
func echoed(ctx context.Context, o *tenon.Object, id uint64) error {
	sent := sample(id)
	got, err := methodEcho.Call(ctx, o, sent)
	switch {
	case err != nil:
		return err
	case got.ID != sent.ID || !bytes.Equal(got.Data, sent.Data) || !slices.Equal(got.Numbers, sent.Numbers) ||
		!maps.Equal(got.Names, sent.Names) || got.Tree == nil || len(got.Tree.Children) != 1:
		return errWrong
	}
	return nil
}

var errWrong = errors.New("the reply is not what was sent")
