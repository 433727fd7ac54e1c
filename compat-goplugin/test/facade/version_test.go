package facade

import (
	"archive/zip"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// published is the name and version under which a release tags the facade.
const published, version = "github.com/tenon-dev/tenon/compat-goplugin/facade", "v0.1.0"

// TestReplaceLineWithAVersion builds the program with the facade as a module that was
// published, under another name than its go.mod says.
func TestReplaceLineWithAVersion(t *testing.T) {
	if testing.Short() {
		t.Skip("unpacks every module again")
	}
	source := t.TempDir()
	publish(t, filepath.Join(source, filepath.FromSlash(published), "@v"))
	cache := run(t, ".", "go", "env", "GOMODCACHE")
	t.Setenv("GOPROXY", "file://"+filepath.ToSlash(source)+",file://"+filepath.ToSlash(cache)+"/cache/download")
	t.Setenv("GOMODCACHE", filepath.Join(t.TempDir(), "mod")) // what is published here is not what will be
	t.Setenv("GONOSUMDB", "*")
	t.Cleanup(func() { run(t, ".", "go", "clean", "-modcache") }) // its files are read-only

	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/program")); err != nil {
		t.Fatal(err)
	}
	run(t, dir, "go", "mod", "edit", "-replace=github.com/hashicorp/go-plugin="+published+"@"+version)
	run(t, dir, "go", "mod", "download", "github.com/hashicorp/go-plugin") // which notes its sum
	exe := compile(t, dir, ".")
	if got := ways(t, exe, exe)["grpc-mtls"]; got != "hello ours from ours" {
		t.Errorf("it says %q", got)
	}
}

// publish writes the facade as a module proxy has it.
func publish(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile("../../facade/go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{".info": `{"Version":"` + version + `"}`, ".mod": string(mod)} {
		if err := os.WriteFile(filepath.Join(dir, version+name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.Create(filepath.Join(dir, version+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w := zip.NewWriter(file)
	facade := os.DirFS("../../facade")
	err = fs.WalkDir(facade, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") && !strings.HasPrefix(path, "go.") {
			return err
		}
		text, err := fs.ReadFile(facade, path)
		if err != nil {
			return err
		}
		entry, err := w.Create(published + "@" + version + "/" + path)
		if err != nil {
			return err
		}
		_, err = entry.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}
