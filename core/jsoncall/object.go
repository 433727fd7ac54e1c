package jsoncall

import (
	"context"
	"fmt"
	"reflect"
	"sync"

	"github.com/tenon-dev/tenon/core/rpc"
)

// A Dispenser gives objects of services: a *tenon.Client, or an [rpc.Peer].
type Dispenser interface {
	Dispense(ctx context.Context, service string, config any, types ...reflect.Type) (*rpc.Object, error)
}

// A Target is a plugin to be called, and what is known of it.
type Target struct {
	// From is the plugin. Required.
	From Dispenser

	// Catalogue is what it says that it serves. Required.
	Catalogue *rpc.Catalogue

	// Codecs are those that both sides have, in the host's order: [tenon.Info].Codecs.
	// They tell how a service's configuration is encoded. Default: json.
	Codecs []string

	// Messages, if set, returns how the messages of a codec are made that has types of
	// its own kind, from what the catalogue says of one; nil for what it leaves to
	// others.
	Messages func(codec string, t *rpc.Type) (Message, error)
}

// Dispense asks the plugin for an object of a service, "" for its default one, with a
// configuration as JSON, or nil. The errors of this package are about the catalogue
// and the configuration; others are the plugin's.
func (t Target) Dispense(ctx context.Context, service string, config []byte) (*Object, error) {
	s, err := findService(t.Catalogue, service)
	if err != nil {
		return nil, err
	}
	made, err := t.config(s, config)
	if err != nil {
		return nil, err
	}
	o, err := t.From.Dispense(ctx, s.Name, made)
	if err != nil {
		return nil, err
	}
	return &Object{object: o, service: s, messages: t.Messages, methods: map[string]*method{}}, nil
}

// config makes a service's configuration.
func (t Target) config(s rpc.ServiceInfo, config []byte) (any, error) {
	const what = "the configuration"
	if len(config) == 0 {
		return nil, nil
	}
	if s.Config == nil {
		return nil, &TypeError{Path: what, Want: "nothing", Found: shorten(string(config)), Hint: fmt.Sprintf("the service %q takes none", s.Name)}
	}
	v, err := parse(what, config)
	if err != nil {
		return nil, err
	}
	codec := jsonCodec
	if len(t.Codecs) > 0 {
		codec = t.Codecs[0]
	}
	n, err := (&builder{what: what + " of " + s.Name, codec: codec, messages: t.Messages}).build(s.Config)
	if err != nil {
		return nil, err
	}
	value, err := n.read(v, what, codec)
	if err != nil {
		return nil, err
	}
	return value.Interface(), nil
}

// An Object is an object of a service that is called with JSON. All methods may be
// called concurrently.
type Object struct {
	object   *rpc.Object
	service  rpc.ServiceInfo
	messages func(codec string, t *rpc.Type) (Message, error)

	mu      sync.Mutex
	methods map[string]*method
}

// Codec returns the name of the codec that was agreed on for the object.
func (o *Object) Codec() string { return o.object.Codec() }

// Close releases the object, without waiting; see [rpc.Object.Close].
func (o *Object) Close() error { return o.object.Close() }

// A method is what is made once of what the catalogue says of one.
type method struct {
	rpc.MethodInfo
	args, result, item, down *node
}

// method returns a method by its name.
func (o *Object) method(name string) (*method, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if m := o.methods[name]; m != nil {
		return m, nil
	}
	var known []string
	for _, info := range o.service.Methods {
		if info.Name == name {
			m, err := o.build(info)
			if err == nil {
				o.methods[name] = m
			}
			return m, err
		}
		known = append(known, info.Name)
	}
	return nil, &UnknownError{What: "method", Name: o.service.Name + "." + name, Nearest: rpc.Nearest(name, known), Known: known}
}

func (o *Object) build(info rpc.MethodInfo) (*method, error) {
	m := &method{MethodInfo: info}
	b := &builder{what: o.service.Name + "." + info.Name, codec: o.Codec(), messages: o.messages}
	for _, part := range []struct {
		node **node
		typ  *rpc.Type
	}{{&m.args, info.Args}, {&m.result, info.Result}, {&m.item, info.Item}, {&m.down, info.Down}} {
		var err error
		if *part.node, err = b.build(part.typ); err != nil {
			return nil, err
		}
	}
	return m, b.live(info)
}
