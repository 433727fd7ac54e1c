package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"

	"github.com/tenon-dev/tenon/tools/dev/internal/repo"
)

// pack writes m into the proxy at dir, as the go command would find it there
// after the tag was made. files is what belongs to the module.
func pack(dir string, m repo.Module, files []string, version string) error {
	if !slices.ContainsFunc(files, isPackageFile) {
		return fmt.Errorf("%s has no package: there is nothing to release", m.Dir)
	}
	escaped, err := module.EscapePath(m.Path)
	if err != nil {
		return err
	}
	at := filepath.Join(dir, filepath.FromSlash(escaped), "@v")
	if err := os.MkdirAll(at, 0o755); err != nil {
		return err
	}
	gomod, err := os.ReadFile(filepath.Join(m.AbsDir(), "go.mod"))
	if err != nil {
		return err
	}
	info, err := json.Marshal(struct {
		Version string
		Time    time.Time
	}{version, time.Unix(0, 0).UTC()})
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		"list":            []byte(version + "\n"),
		version + ".info": info,
		version + ".mod":  gomod,
	} {
		if err := os.WriteFile(filepath.Join(at, name), content, 0o644); err != nil {
			return err
		}
	}
	return packZip(filepath.Join(at, version+".zip"), m, files, version)
}

func packZip(name string, m repo.Module, files []string, version string) error {
	out, err := os.Create(name)
	if err != nil {
		return err
	}
	err = zip.Create(out, module.Version{Path: m.Path, Version: version}, zipFiles(m, files))
	if closeErr := out.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("pack %s: %w", m.Dir, err)
	}
	return nil
}

// zipFiles lists the module's regular files, and the repository's LICENSE where
// the module has none of its own: the go command adds that too.
func zipFiles(m repo.Module, files []string) []zip.File {
	var out []zip.File
	licensed := false
	for _, name := range files {
		f := zipFile{in: strings.TrimPrefix(name, m.Dir+"/"), at: filepath.Join(m.Root, filepath.FromSlash(name))}
		if info, err := f.Lstat(); err != nil || !info.Mode().IsRegular() {
			continue
		}
		licensed = licensed || f.in == license
		out = append(out, f)
	}
	if !licensed {
		out = append(out, zipFile{in: license, at: filepath.Join(m.Root, license)})
	}
	return out
}

const license = "LICENSE"

// A zipFile is one file of a module's zip.
type zipFile struct{ in, at string }

func (f zipFile) Path() string                 { return f.in }
func (f zipFile) Lstat() (os.FileInfo, error)  { return os.Lstat(f.at) }
func (f zipFile) Open() (io.ReadCloser, error) { return os.Open(f.at) }

func isPackageFile(name string) bool {
	return strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && !strings.Contains(name, "/testdata/")
}
