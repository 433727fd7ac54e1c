// Package templates holds what "tenon new" writes.
package templates

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"text/template"
)

//go:embed project
var files embed.FS

// suffix ends the names of all templates, so that no tool takes them for Go files.
const suffix = ".tmpl"

// Values are what stands in the templates.
type Values struct {
	Name    string // of the project: a word for files and commands
	Module  string // the path of its Go module
	Core    string // the path of Tenon's core module
	Version string // of the core module; "" leaves it to the go command
	Replace string // a directory that stands for the core module; "" for none
}

// A File is one that is to be written.
type File struct {
	Path    string // with slashes
	Content []byte
}

// Project returns the files of a project, by their paths.
func Project(v Values) ([]File, error) {
	var all []File
	err := fs.WalkDir(files, "project", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		t, err := template.New(path.Base(name)).Option("missingkey=error").Parse(string(text))
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := t.Execute(&b, v); err != nil {
			return err
		}
		to := strings.TrimSuffix(strings.TrimPrefix(name, "project/"), suffix)
		if to == "gitignore" {
			to = ".gitignore"
		}
		all = append(all, File{Path: to, Content: b.Bytes()})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("the templates: %w", err)
	}
	return all, nil
}
