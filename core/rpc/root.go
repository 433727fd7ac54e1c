package rpc

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/tenon-dev/tenon/core/codec"
)

// rootObject is there from the start, on both sides: through it everything else
// is reached. Calls on it are JSON, whatever was negotiated.
const rootObject uint64 = 0

// The methods of the root object, by number, as docs/protocol.md lists them.
const (
	rootDispense uint16 = iota
	rootDescribe
	rootHealth
)

// dispenseRequest asks for an object of a service.
type dispenseRequest struct {
	Service string   `json:"service"`          // empty: the default one
	Codecs  []string `json:"codecs"`           // that the caller's types pass, in its order of preference
	Config  []byte   `json:"config,omitempty"` // encoded in ConfigCodec
	Codec   string   `json:"config_codec,omitempty"`
}

// dispenseReply names the object and what it understands. Methods stand at the
// place of their number.
type dispenseReply struct {
	Object  uint64         `json:"object"`
	Service string         `json:"service"`
	Codec   string         `json:"codec"`
	Methods []methodNumber `json:"methods"`
}

type methodNumber struct {
	Name   string   `json:"name"`
	Params []string `json:"params,omitempty"`
	Live   *places  `json:"live,omitempty"`
}

func newRoot(p *Peer) *exported {
	def := Definition{
		Interface: "Root",
		New:       func(context.Context, func(any) error) (any, error) { return p, nil },
		Methods: []MethodDefinition{
			rootDispense: {Name: "Dispense", Serve: serveDispense},
			rootDescribe: {Name: "Describe", Serve: serveDescribe},
			rootHealth:   {Name: "Health", Serve: serveHealth},
		},
	}
	e := &exported{id: rootObject, name: "the root object", service: Define(def), codec: newRootCodec(), impl: p, errors: p.cfg.Errors}
	e.uses.Store(2) // is never closed
	return e
}

func serveDispense(ctx context.Context, impl any, call *Incoming) error {
	p := impl.(*Peer)
	// The configuration is part of what has arrived, which stays, and counts for the limit
	// Receive, until the call has ended; so Decode is of no use here. It counts twice, since
	// whoever makes the object has it decoded, too.
	size := len(call.payload)
	if !p.budget.take(size) {
		return p.budget.exceeded(size)
	}
	defer p.budget.give(size)
	var req dispenseRequest
	if err := decodeValue(call.object.codec, call.payload, &req); err != nil {
		return decodeError(InvalidArgument, err, "the arguments of %s do not decode as %s: %w", call.name(), call.object.codec.Name(), err)
	}
	reply, err := p.dispenseFor(ctx, req)
	if err != nil {
		return err
	}
	if err := call.Reply(reply); err != nil {
		p.objects.release(reply.Object) // the peer never learns of it
		return err
	}
	return nil
}

func serveDescribe(_ context.Context, impl any, call *Incoming) error {
	p := impl.(*Peer)
	return call.Reply(Describe(p.cfg.Services, p.cfg.Default, p.cfg.Codecs))
}

// dispenseFor makes an object for the peer.
func (p *Peer) dispenseFor(ctx context.Context, req dispenseRequest) (*dispenseReply, error) {
	name, service, err := p.service(req.Service)
	if err != nil {
		return nil, err
	}
	if req.Codec != "" && (service.def.Config == nil || service.def.Config == nothing) {
		return nil, Errorf(InvalidArgument, "service %q takes no configuration, and one is passed: the two sides have different versions of it", name)
	}
	chosen, err := p.chooseCodec(name, service, req.Codecs)
	if err != nil {
		return nil, err
	}
	var made atomic.Bool // then the configuration is gone
	impl, err := service.def.New(ctx, func(v any) error {
		if made.Load() {
			return Errorf(Internal, "the configuration of %s is decoded after its object was made", name)
		}
		return p.decodeConfig(name, req, v)
	})
	made.Store(true)
	if err != nil {
		return nil, err
	}
	e := &exported{name: name, service: service, codec: chosen, impl: impl, errors: p.errorsOf(service)}
	err = ctx.Err() // a caller that gave up would never release the object
	if err == nil {
		err = p.objects.add(e)
	}
	if err != nil {
		p.objects.unused(e)
		return nil, err
	}
	reply := &dispenseReply{Object: e.id, Service: name, Codec: chosen.Name()}
	left := describedPlaces
	for i := range service.def.Methods {
		m := &service.def.Methods[i]
		reply.Methods = append(reply.Methods, methodNumber{Name: m.Name, Params: m.Params, Live: m.places(&left)})
	}
	return reply, nil
}

// service finds a service by the name that the peer gave.
func (p *Peer) service(name string) (string, *Service, error) {
	if name == "" {
		name = DefaultService(p.cfg.Services, p.cfg.Default)
	}
	if s := p.cfg.Services[name]; s != nil && name != "" {
		return name, s, nil
	}
	known := strings.Join(slices.Sorted(maps.Keys(p.cfg.Services)), ", ")
	if known == "" {
		known = "none"
	}
	if name == "" {
		return "", nil, Errorf(NotFound, "no service was named and this %v has no default: it serves %s", p.cfg.Side, known)
	}
	return "", nil, Errorf(NotFound, "no service %q: this %v serves %s", name, p.cfg.Side, known)
}

// DefaultService returns the name of the service that is meant where none is
// named: the configured one, else the only one, else "".
func DefaultService(services map[string]*Service, configured string) string {
	if configured == "" && len(services) == 1 {
		for only := range services {
			return only
		}
	}
	return configured
}

// chooseCodec returns the first of the peer's codecs that is known here and that
// the service's types pass.
func (p *Peer) chooseCodec(name string, service *Service, offered []string) (codec.Codec, error) {
	var why, tried []string
	for _, o := range offered {
		c := p.codec(o)
		if c == nil || slices.Contains(tried, o) {
			continue
		}
		tried = append(tried, o)
		err := service.Check(c)
		if err == nil {
			return c, nil
		}
		why = append(why, fmt.Sprintf("%s (%v)", o, err))
	}
	var here []string
	for _, c := range p.cfg.Codecs {
		here = append(here, c.Name())
	}
	msg := fmt.Sprintf("no codec for service %q: the %v's types pass in %s; the %v has %s", name,
		p.cfg.Side.Peer(), list(offered), p.cfg.Side, list(here))
	if len(why) > 0 {
		msg += "; the service's types do not pass in " + strings.Join(why, ", ")
	}
	return nil, Errorf(FailedPrecondition, "%s: give both sides a codec that all its types pass", msg)
}

func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// decodeConfig decodes the configuration that came with a Dispense into v, which
// stays zero where none came.
func (p *Peer) decodeConfig(name string, req dispenseRequest, v any) error {
	if req.Codec == "" || isNothing(v) {
		return nil
	}
	c := p.codec(req.Codec)
	if c == nil {
		return Errorf(InvalidArgument, "the configuration of %s is encoded as %q, which this %v does not have", name, req.Codec, p.cfg.Side)
	}
	if err := decodeValue(c, req.Config, v); err != nil {
		return decodeError(InvalidArgument, err, "the configuration of %s does not decode as %s: %w", name, req.Codec, err)
	}
	return nil
}

// codec returns the codec of that name, or nil.
func (p *Peer) codec(name string) codec.Codec {
	for _, c := range p.cfg.Codecs {
		if c.Name() == name {
			return c
		}
	}
	return nil
}

// errorsOf returns the errors that keep their identity for a service. They are those of
// every object of it, of which there may be many.
func (p *Peer) errorsOf(s *Service) Errors {
	if all, served := p.errors[s]; served {
		return all
	}
	return bothErrors(p.cfg.Errors, s.def.Errors)
}

// bothErrors joins what a side registered with what a service did, which wins. It makes no
// map where one of them will do.
func bothErrors(side, service Errors) Errors {
	switch {
	case len(service) == 0:
		return side
	case len(side) == 0:
		return service
	}
	all := maps.Clone(side)
	maps.Copy(all, service)
	return all
}
