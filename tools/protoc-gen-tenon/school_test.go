package main

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bufbuild/protocompile"
	gengo "google.golang.org/protobuf/cmd/protoc-gen-go/internal_gengo"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"
)

var update = flag.Bool("update", false, "write the golden files anew")

const dir = "internal/schoolpb"

// request compiles .proto files and returns what protoc would ask a plugin. sources,
// if it is not nil, has the files.
func request(t *testing.T, parameter string, sources map[string]string, files ...string) *pluginpb.CodeGeneratorRequest {
	t.Helper()
	resolver := &protocompile.SourceResolver{ImportPaths: []string{dir}}
	if sources != nil {
		resolver = &protocompile.SourceResolver{Accessor: protocompile.SourceAccessorFromMap(sources)}
	}
	compiler := protocompile.Compiler{
		Resolver:       protocompile.WithStandardImports(resolver),
		SourceInfoMode: protocompile.SourceInfoStandard,
	}
	compiled, err := compiler.Compile(t.Context(), files...)
	if err != nil {
		t.Fatal(err)
	}
	req := &pluginpb.CodeGeneratorRequest{FileToGenerate: files, Parameter: proto.String(parameter)}
	seen := map[string]bool{}
	var add func(f protoreflect.FileDescriptor)
	add = func(f protoreflect.FileDescriptor) {
		if seen[f.Path()] {
			return
		}
		seen[f.Path()] = true
		for i := range f.Imports().Len() {
			add(f.Imports().Get(i).FileDescriptor)
		}
		req.ProtoFile = append(req.ProtoFile, describe(f))
	}
	for _, f := range compiled {
		add(f)
	}
	return req
}

func describe(f protoreflect.FileDescriptor) *descriptorpb.FileDescriptorProto {
	return protodesc.ToFileDescriptorProto(f)
}

// respond runs protoc-gen-tenon, and protoc-gen-go where messages is set.
func respond(t *testing.T, req *pluginpb.CodeGeneratorRequest, messages bool) (map[string]string, error) {
	t.Helper()
	var flags flag.FlagSet
	prefix := flags.String("prefix", "", "")
	p, err := protogen.Options{ParamFunc: flags.Set}.New(req)
	if err != nil {
		t.Fatal(err)
	}
	if messages {
		for _, f := range p.Files {
			if f.Generate {
				gengo.GenerateFile(p, f)
			}
		}
	}
	if err := generate(p, *prefix); err != nil {
		return nil, err
	}
	resp := p.Response()
	if resp.Error != nil {
		t.Fatal(resp.GetError())
	}
	made := map[string]string{}
	for _, f := range resp.File {
		made[f.GetName()] = f.GetContent()
	}
	return made, nil
}

// TestSchool holds that the plugin makes of the .proto files what stands beside them,
// which is compiled with the package and run by its tests.
func TestSchool(t *testing.T) {
	made, err := respond(t, request(t, "paths=source_relative", nil, "people/people.proto", "school.proto"), true)
	if err != nil {
		t.Fatal(err)
	}
	if len(made) != 3 {
		t.Errorf("%d files", len(made))
	}
	for name, text := range made {
		path := filepath.Join(dir, name)
		if *update {
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if text != string(want) {
			t.Errorf("%s is out of date: go test ./protoc-gen-tenon -update, and look at the difference", path)
		}
	}
}

// TestProtoc drives the built plugin by protoc, where there is one.
func TestProtoc(t *testing.T) {
	protoc, err := exec.LookPath("protoc")
	if err != nil {
		t.Log("there is no protoc: the plugin was driven by a compiler in Go only")
		return
	}
	out := t.TempDir()
	plugin := filepath.Join(out, "protoc-gen-tenon")
	work, err := filepath.Abs("../../go.work") // also where the test itself runs without it
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOWORK", work)
	if text, err := exec.Command("go", "build", "-o", plugin, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for name, text := range wellKnown { // protoc may come without them
		path := filepath.Join(out, "include/google/protobuf", name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	text, err := exec.Command(protoc, "-I", dir, "-I", filepath.Join(out, "include"), "--plugin="+plugin, "--tenon_out="+out, "--tenon_opt=paths=source_relative", "school.proto").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	made, err := os.ReadFile(filepath.Join(out, "school_tenon.pb.go"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(dir, "school_tenon.pb.go"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(made, want) {
		t.Error("protoc gives another file than the compiler in Go")
	}
}

// wellKnown are the messages of protobuf's own that school.proto uses.
var wellKnown = map[string]string{
	"empty.proto": `syntax = "proto3"; package google.protobuf; option go_package = "google.golang.org/protobuf/types/known/emptypb";
message Empty {}`,
	"wrappers.proto": `syntax = "proto3"; package google.protobuf; option go_package = "google.golang.org/protobuf/types/known/wrapperspb";
message Int64Value { int64 value = 1; }
message Int32Value { int32 value = 1; }
message StringValue { string value = 1; }`,
}

// TestPrefix holds that names can be kept apart from those of other generators.
func TestPrefix(t *testing.T) {
	made, err := respond(t, request(t, "paths=source_relative,prefix=Tenon", nil, "school.proto"), false)
	if err != nil {
		t.Fatal(err)
	}
	text := made["school_tenon.pb.go"]
	for _, want := range []string{"// TenonRegistry knows who", "type TenonRegistry interface {", "type TenonRegistryClient struct", "func DispenseTenonClassroom(", `Name: "Enrol"`} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q", want)
		}
	}
}

// TestRefused holds what is said of files that cannot be generated.
func TestRefused(t *testing.T) {
	const head = `syntax = "proto3"; package p; option go_package = "example.org/p"; message M {} `
	for _, c := range []struct{ source, want string }{
		{head + "service Empty {}", "p.proto: service Empty: it has no methods"},
		{head + "\n\n// tenon:config Missing\nservice S { rpc Do(M) returns (M); }", "p.proto: service S: tenon:config Missing: there is no such message: write its full name, such as school.v1.Settings"},
		{head + "service S { rpc Close(M) returns (M); }", "S.Close: clients have a method of that name that does something else"},
	} {
		_, err := respond(t, request(t, "", map[string]string{"p.proto": c.source}, "p.proto"), false)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.source, err)
		}
	}
}
