package main

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/tenon-dev/tenon/tools/internal/gen"
)

// services returns the Go file for the services of a .proto file.
func services(p *protogen.Plugin, f *protogen.File, prefix string) ([]byte, error) {
	d := gen.Declaration{
		By: "protoc-gen-tenon", From: f.Desc.Path(),
		Path: string(f.GoImportPath), Package: string(f.GoPackageName),
		Codec: [2]string{"github.com/tenon-dev/tenon/codec-proto", "protocodec"},
	}
	for _, s := range f.Services {
		i := gen.Interface{Name: prefix + s.GoName}
		text, config := comments(s.Comments.Leading)
		i.Doc = named(text, s.GoName, i.Name)
		if config != "" {
			m := find(p, f, config)
			if m == nil {
				return nil, fmt.Errorf("service %s: tenon:config %s: there is no such message: write its full name, such as school.v1.Settings", s.Desc.Name(), config)
			}
			c := message(p, m)
			i.Config = &c
		}
		if len(s.Methods) == 0 {
			return nil, fmt.Errorf("service %s: it has no methods", s.Desc.Name())
		}
		for _, m := range s.Methods {
			doc, _ := comments(m.Comments.Leading)
			i.Methods = append(i.Methods, gen.Method{
				Name: m.GoName, Doc: doc, In: message(p, m.Input), Out: message(p, m.Output),
				Up: m.Desc.IsStreamingClient(), Down: m.Desc.IsStreamingServer(),
			})
		}
		d.Interfaces = append(d.Interfaces, i)
	}
	return gen.Declare(d)
}

// message is where the Go type of a message is.
func message(p *protogen.Plugin, m *protogen.Message) gen.Message {
	file := p.FilesByPath[m.Desc.ParentFile().Path()]
	return gen.Message{Path: string(m.GoIdent.GoImportPath), Package: string(file.GoPackageName), Name: m.GoIdent.GoName}
}

// find looks up a message by its full name, or by a name in the package of f.
func find(p *protogen.Plugin, f *protogen.File, name string) *protogen.Message {
	for _, full := range []protoreflect.FullName{f.Desc.Package().Append(protoreflect.Name(name)), protoreflect.FullName(name)} {
		for _, file := range p.Files {
			for _, m := range file.Messages {
				if m.Desc.FullName() == full {
					return m
				}
			}
		}
	}
	return nil
}

// comments returns the text of a comment, and what its line "tenon:config" says.
func comments(c protogen.Comments) (text, config string) {
	var lines []string
	for line := range strings.SplitSeq(string(c), "\n") {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "tenon:config "); ok {
			config = strings.TrimSpace(rest)
			continue
		}
		lines = append(lines, strings.TrimPrefix(line, " "))
	}
	return strings.TrimSpace(strings.Join(lines, "\n")), config
}

// named lets a comment that begins with a service's name begin with the name that its
// interface has.
func named(text, from, to string) string {
	if rest, ok := strings.CutPrefix(text, from+" "); ok {
		return to + " " + rest
	}
	return text
}
