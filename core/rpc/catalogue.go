package rpc

import (
	"maps"
	"slices"
	"strings"

	"github.com/tenon-dev/tenon/core/codec"
)

// A Catalogue says what one side of a session serves: for people, for tools that
// call without a stub, and to compare two releases. Its JSON is part of the
// protocol, see docs/protocol.md.
type Catalogue struct {
	Default  string        `json:"default,omitempty"` // the service meant where none is named
	Services []ServiceInfo `json:"services"`          // sorted by name
}

// ServiceInfo describes one service.
type ServiceInfo struct {
	Name      string       `json:"name"`
	Interface string       `json:"interface,omitempty"`
	Doc       string       `json:"doc,omitempty"`
	Config    *Type        `json:"config,omitempty"` // nil: it takes no configuration
	Codecs    []string     `json:"codecs"`           // those that all its types pass
	Methods   []MethodInfo `json:"methods"`

	// Files are the descriptors of the protobuf messages among its types, each a
	// google.protobuf.FileDescriptorProto, compressed as by gzip: the files that declare
	// the messages, and those of their fields' messages.
	Files [][]byte `json:"files,omitempty"`
}

// MethodInfo describes one method.
type MethodInfo struct {
	Name   string   `json:"name"`
	Doc    string   `json:"doc,omitempty"`
	Kind   Kind     `json:"kind,omitempty"`   // "" for unary
	Params []string `json:"params,omitempty"` // the arguments' names, where Args is an object made of them
	Names  []string `json:"names,omitempty"`  // what people call the arguments in Args, in order; they are not on the wire
	Args   *Type    `json:"args,omitempty"`   // nil: nothing crosses
	Result *Type    `json:"result,omitempty"` // nil: nothing crosses
	Item   *Type    `json:"item,omitempty"`   // of a stream: its values, the caller's where both send
	Down   *Type    `json:"down,omitempty"`   // where both send: the callee's values

	Live        []string `json:"live,omitempty"`         // live arguments by place: "reader", "callback", …
	LiveResults []string `json:"live_results,omitempty"` // live results by place
}

// String returns the method as a person would write it in Go.
func (m MethodInfo) String() string {
	var args, results []string
	switch {
	case m.Args == nil:
	case len(m.Params) == 0 && len(m.Names) == 1:
		args = append(args, m.Names[0]+" "+m.Args.String())
	case len(m.Params) == 0:
		args = append(args, m.Args.String())
	default:
		for i, f := range m.Args.Fields {
			name := f.Name
			if len(m.Names) == len(m.Args.Fields) {
				name = m.Names[i]
			}
			args = append(args, name+" "+f.Type.String())
		}
	}
	args = append(args, m.Live...)
	switch m.Kind {
	case KindServerStream:
		results = append(results, "stream of "+m.Item.String())
	case KindClientStream:
		args = append(args, "stream of "+m.Item.String())
	case KindBidiStream:
		args = append(args, "stream of "+m.Item.String())
		results = append(results, "stream of "+m.Down.String())
	}
	if m.Result != nil {
		results = append(results, m.Result.String())
	}
	results = append(results, m.LiveResults...)
	call := m.Name + "(" + strings.Join(args, ", ") + ")"
	if len(results) == 0 {
		return call
	}
	return call + " " + strings.Join(results, ", ")
}

// Describe returns the catalogue of services, as a peer that has those codecs
// would answer. configured is the name of the default service, or "".
func Describe(services map[string]*Service, configured string, codecs []codec.Codec) *Catalogue {
	c := &Catalogue{Default: DefaultService(services, configured), Services: []ServiceInfo{}}
	for _, name := range slices.Sorted(maps.Keys(services)) {
		s := services[name]
		info := ServiceInfo{
			Name: name, Interface: s.def.Interface, Doc: s.def.Doc,
			Config: TypeOf(s.def.Config), Codecs: []string{}, Methods: []MethodInfo{},
		}
		for _, codec := range codecs {
			if s.Check(codec) == nil {
				info.Codecs = append(info.Codecs, codec.Name())
			}
		}
		var declared files
		declared.add(s.def.Config)
		for _, m := range s.def.Methods {
			declared.add(m.Args, m.Result, m.Item, m.Down)
			info.Methods = append(info.Methods, MethodInfo{
				Name: m.Name, Doc: m.Doc, Kind: m.Kind, Params: m.Params, Names: m.Names,
				Args: TypeOf(m.Args), Result: TypeOf(m.Result), Item: TypeOf(m.Item), Down: TypeOf(m.Down),
				Live: m.Live, LiveResults: m.LiveResults,
			})
		}
		info.Files = declared.list
		c.Services = append(c.Services, info)
	}
	return c
}
