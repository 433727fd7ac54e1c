// Command protoc-gen-tenon makes the glue of Tenon for the services of .proto files:
// for each a Go interface, and what "tenon gen" makes of one.
//
//	protoc --go_out=. --tenon_out=. school.proto
//
// protoc and buf run it; --version is for people. The messages are those of
// protoc-gen-go, and cross as what they are, with the codec of the module
// codec-proto. The parameter prefix puts a word before the names of all interfaces,
// for packages that hold the code of another generator too:
//
//	--tenon_opt=prefix=Tenon
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime/debug"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/types/pluginpb"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == "--version" {
		fmt.Println("protoc-gen-tenon", version())
		return
	}
	var flags flag.FlagSet
	prefix := flags.String("prefix", "", "what the names of interfaces begin with")
	protogen.Options{ParamFunc: flags.Set}.Run(func(p *protogen.Plugin) error { return generate(p, *prefix) })
}

// generate makes a file beside each one that has services.
func generate(p *protogen.Plugin, prefix string) error {
	p.SupportedFeatures = uint64(pluginpb.CodeGeneratorResponse_FEATURE_PROTO3_OPTIONAL)
	for _, f := range p.Files {
		if !f.Generate || len(f.Services) == 0 {
			continue
		}
		text, err := services(p, f, prefix)
		if err != nil {
			return fmt.Errorf("%s: %w", f.Desc.Path(), err)
		}
		out := p.NewGeneratedFile(f.GeneratedFilenamePrefix+"_tenon.pb.go", f.GoImportPath)
		if _, err := out.Write(text); err != nil {
			return err
		}
	}
	return nil
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
