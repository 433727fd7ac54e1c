// Package protomessage makes protobuf messages from what a plugin tells of them, for
// calls without generated code.
package protomessage

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	// The well-known types, which plugins import without telling what is in them.
	_ "google.golang.org/protobuf/types/known/anypb"
	_ "google.golang.org/protobuf/types/known/durationpb"
	_ "google.golang.org/protobuf/types/known/emptypb"
	_ "google.golang.org/protobuf/types/known/fieldmaskpb"
	_ "google.golang.org/protobuf/types/known/structpb"
	_ "google.golang.org/protobuf/types/known/timestamppb"
	_ "google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/tenon-dev/tenon/core/jsoncall"
	"github.com/tenon-dev/tenon/core/rpc"
)

// For returns what [jsoncall.Target].Messages asks for: the messages of the codecs proto
// and protojson, from the descriptors in a catalogue.
func For(c *rpc.Catalogue) func(codec string, t *rpc.Type) (jsoncall.Message, error) {
	var known *protoregistry.Files
	var wrong error
	return func(codec string, t *rpc.Type) (jsoncall.Message, error) {
		if codec != "proto" && codec != "protojson" {
			return nil, nil
		}
		if t.Message == "" {
			return nil, fmt.Errorf("the plugin does not tell which protobuf message a %s is", t.Name)
		}
		if known == nil && wrong == nil {
			known, wrong = files(c)
		}
		if wrong != nil {
			return nil, wrong
		}
		d, err := known.FindDescriptorByName(protoreflect.FullName(t.Message))
		if err != nil {
			return nil, fmt.Errorf("the plugin does not tell what is in the protobuf message %s: was it generated without descriptors?", t.Message)
		}
		m, ok := d.(protoreflect.MessageDescriptor)
		if !ok {
			return nil, fmt.Errorf("%s is no protobuf message in the plugin's own descriptors", t.Message)
		}
		return message{desc: m, types: dynamicpb.NewTypes(known)}, nil
	}
}

// most is how many bytes one descriptor may have, once it is no longer compressed.
const most = 4 << 20

// files makes one set of all descriptors in a catalogue, and of what they import.
func files(c *rpc.Catalogue) (*protoregistry.Files, error) {
	have := map[string]bool{}
	set := &descriptorpb.FileDescriptorSet{}
	for _, s := range c.Services {
		for _, b := range s.Files {
			f, err := file(b)
			if err != nil {
				return nil, fmt.Errorf("the plugin's descriptors of protobuf messages: %w", err)
			}
			if !have[f.GetName()] {
				have[f.GetName()] = true
				set.File = append(set.File, f)
			}
		}
	}
	for i := 0; i < len(set.File); i++ { // it grows
		for _, path := range set.File[i].Dependency {
			if have[path] {
				continue
			}
			d, err := protoregistry.GlobalFiles.FindFileByPath(path)
			if err != nil {
				return nil, fmt.Errorf("the protobuf file %s imports %s, and the plugin does not tell what is in that", set.File[i].GetName(), path)
			}
			have[path] = true
			set.File = append(set.File, protodesc.ToFileDescriptorProto(d))
		}
	}
	known, err := protodesc.NewFiles(set)
	if err != nil {
		return nil, fmt.Errorf("the plugin's descriptors of protobuf messages do not fit together: %w", err)
	}
	return known, nil
}

func file(b []byte) (*descriptorpb.FileDescriptorProto, error) {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, err
	}
	if len(text) > most {
		return nil, errors.New("one is too large")
	}
	f := &descriptorpb.FileDescriptorProto{}
	return f, proto.Unmarshal(text, f)
}

// message is one kind of messages.
type message struct {
	desc  protoreflect.MessageDescriptor
	types *dynamicpb.Types
}

func (m message) New() any { return dynamicpb.NewMessage(m.desc) }

func (m message) Read(src []byte, to any) error {
	return protojson.UnmarshalOptions{Resolver: m.types}.Unmarshal(src, to.(proto.Message))
}

func (m message) Write(from any) ([]byte, error) {
	b, err := protojson.MarshalOptions{Resolver: m.types}.Marshal(from.(proto.Message))
	if err != nil {
		return nil, err
	}
	var compact bytes.Buffer // protojson puts blanks in by chance
	err = json.Compact(&compact, b)
	return compact.Bytes(), err
}
