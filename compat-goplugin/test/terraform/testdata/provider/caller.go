package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

// fields are a message as JSON.
type fields map[string]any

// A caller calls the methods of a provider by what it says of itself by reflection, so
// that no generated code is needed here.
type caller struct {
	ctx     context.Context
	conn    *grpc.ClientConn
	service protoreflect.ServiceDescriptor
}

func newCaller(ctx context.Context, conn *grpc.ClientConn) (*caller, error) {
	const name = "tfplugin6.Provider"
	stream, err := grpc_reflection_v1.NewServerReflectionClient(conn).ServerReflectionInfo(ctx)
	if err != nil {
		return nil, err
	}
	err = stream.Send(&grpc_reflection_v1.ServerReflectionRequest{
		MessageRequest: &grpc_reflection_v1.ServerReflectionRequest_FileContainingSymbol{FileContainingSymbol: name},
	})
	if err != nil {
		return nil, err
	}
	response, err := stream.Recv()
	if err != nil {
		return nil, err
	}
	set := new(descriptorpb.FileDescriptorSet)
	for _, text := range response.GetFileDescriptorResponse().GetFileDescriptorProto() {
		file := new(descriptorpb.FileDescriptorProto)
		if err := proto.Unmarshal(text, file); err != nil {
			return nil, err
		}
		set.File = append(set.File, file)
	}
	files, err := protodesc.NewFiles(set)
	if err != nil {
		return nil, err
	}
	d, err := files.FindDescriptorByName(name)
	if err != nil {
		return nil, err
	}
	return &caller{ctx, conn, d.(protoreflect.ServiceDescriptor)}, stream.CloseSend()
}

// call calls a method, and fails for a response with a diagnosis.
func (c *caller) call(method string, request fields) ([]byte, error) {
	text, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	d := c.service.Methods().ByName(protoreflect.Name(method))
	in, out := dynamicpb.NewMessage(d.Input()), dynamicpb.NewMessage(d.Output())
	if request != nil {
		if err := protojson.Unmarshal(text, in); err != nil {
			return nil, err
		}
	}
	if err := c.conn.Invoke(c.ctx, "/tfplugin6.Provider/"+method, in, out); err != nil {
		return nil, fmt.Errorf("%s: %w", method, err)
	}
	reply, err := protojson.Marshal(out)
	if strings.Contains(string(reply), `"diagnostics"`) {
		return nil, fmt.Errorf("%s: %s", method, reply)
	}
	return reply, err
}
