package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/tools/dev/internal/repo"
)

const pre = repo.Prefix

type module = struct{ Path string }

// made is a graph of one module: each line is "lib" or "test", a package, and
// what it imports. The module of a package is its path without "/pkg".
func made(name string, lines ...string) *graph {
	g := &graph{module: name, path: pre + name, lib: map[string]pkg{}, test: map[string]pkg{}}
	for _, line := range lines {
		f := strings.Fields(line)
		p := pkg{ImportPath: f[1], Imports: f[2:], Standard: !strings.Contains(f[1], ".")}
		if !p.Standard {
			p.Module = &module{Path: strings.TrimSuffix(f[1], "/pkg")}
		}
		if f[0] == "lib" {
			g.lib[p.ImportPath] = p
		}
		g.test[p.ImportPath] = p
	}
	return g
}

func all(g *graph, a allowed) string {
	var found []string
	found = append(found, g.thirdParty(a)...)
	found = append(found, g.layers(layerRules())...)
	found = append(found, g.forbidden(forbiddenRules())...)
	return strings.Join(found, "\n")
}

func TestGoodGraphs(t *testing.T) {
	a := allowed{{"transport-yamux", "lib", "example.org/mux"}: "r", {"transport-yamux", "test", "example.org/net"}: "r"}
	for _, g := range []*graph{
		made("core",
			"lib "+pre+"core fmt "+pre+"core/rpc "+pre+"core/launch", "lib "+pre+"core/rpc "+pre+"core/transport",
			"lib "+pre+"core/launch os/exec", "lib "+pre+"core/transport net", "test "+pre+"core.test testing"),
		made("transport-yamux",
			"lib "+pre+"transport-yamux "+pre+"core/transport example.org/mux/pkg "+pre+"transport-yamux/internal/x",
			"lib "+pre+"core/transport", "lib example.org/mux/pkg", "test example.org/net/pkg", "lib fmt"),
		made("tools", "lib "+pre+"tools/tenon text/template "+pre+"core", "lib text/template"),
	} {
		if got := all(g, a); got != "" {
			t.Errorf("%s:\n%s", g.module, got)
		}
	}
}

func TestViolations(t *testing.T) {
	for _, c := range []struct {
		name string
		g    *graph
		want string
	}{
		{"third party in core", made("core", "lib example.org/x/pkg"), "core depends on the standard library alone"},
		{"third party in core's tests", made("core", "test example.org/x/pkg"), "core: its tests need example.org/x"},
		{"our driver in core's tests", made("core", "test "+pre+"transport-yamux"), "core is tested with what it brings"},
		{"driver in core", made("core", "lib "+pre+"core "+pre+"transport-yamux"), "core never imports a driver"},
		{"contract imports engine", made("core", "lib "+pre+"core/transport/direct "+pre+"core/rpc"), "may import only core/transport"},
		{"engine imports root", made("core", "lib "+pre+"core/rpc "+pre+"core"), "core/rpc imports core, but"},
		{"engine imports launch", made("core", "lib "+pre+"core/rpc "+pre+"core/launch"), "core/rpc imports core/launch, but"},
		{"launch imports engine", made("core", "lib "+pre+"core/launch "+pre+"core/rpc"), "core/launch imports core/rpc, but"},
		{"driver imports root", made("codec-cbor", "lib "+pre+"codec-cbor "+pre+"core"), "may import only core/codec"},
		{"driver imports the other contract", made("codec-cbor", "lib "+pre+"codec-cbor "+pre+"core/transport"), "may import only core/codec"},
		{"driver imports driver", made("transport-smux", "lib "+pre+"transport-smux "+pre+"transport-yamux"), "a driver of one contract"},
		{"library imports tools", made("codec-gob", "lib "+pre+"codec-gob "+pre+"tools/x"), "nothing imports examples or tools"},
		{"library imports examples", made("core", "lib "+pre+"core "+pre+"examples/x"), "nothing imports examples or tools"},
		{"not listed", made("transport-smux", "lib example.org/y/pkg"), "which allowed.txt does not list"},
		{"only its tests are listed", made("transport-yamux", "lib example.org/net/pkg", "lib example.org/mux/pkg"), "its packages need example.org/net"},
		{"listed in vain", made("transport-yamux", "lib fmt"), "is not needed (any more)"},
		{"net/rpc", made("core", "lib net/rpc", "lib "+pre+"core net/rpc"), "net/rpc is reachable through " + pre + "core"},
		{"template, far away", made("codec-gob", "lib text/template", "lib x text/template"), "text/template is reachable through x"},
		{"html/template", made("core", "lib html/template"), "html/template is reachable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := allowed{{"transport-yamux", "lib", "example.org/mux"}: "r", {"transport-yamux", "test", "example.org/net"}: "r"}
			if got := all(c.g, a); !strings.Contains(got, c.want) {
				t.Errorf("got %q, want it to contain %q", got, c.want)
			}
		})
	}
}

func TestAllowedText(t *testing.T) {
	a, err := parseAllowed("# c\n\n m lib x/y because of it\nm test z tests\n")
	if err != nil || len(a) != 2 || a[need{"m", "lib", "x/y"}] != "because of it" {
		t.Errorf("parsed %v, %v", a, err)
	}
	for _, bad := range []string{"m lib x", "m both x why", "m lib x a\nm lib x b"} {
		if _, err := parseAllowed(bad); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
	if got := a.unknown(map[string]bool{"other": true}); len(got) != 2 {
		t.Errorf("entries for unknown modules: %q", got)
	}
	core := allowed{{"core", "lib", "example.org/x"}: "r"}
	if got := made("core", "lib example.org/x/pkg").thirdParty(core); len(got) != 1 || !strings.Contains(got[0], "core may have no entry") {
		t.Errorf("an entry for core: %q", got)
	}
	if _, err := parseAllowed(allowedText); err != nil {
		t.Error(err)
	}
}

// The same through the go command: a test of a made-up core imports a driver
// of ours, and one file does so on Windows alone.
func TestLoad(t *testing.T) {
	root := t.TempDir()
	for name, content := range map[string]string{
		"go.work":           "go 1.25.0\n\nuse (\n\t./core\n\t./codec-x\n)\n",
		"core/go.mod":       "module " + pre + "core\n\ngo 1.25.0\n\nrequire " + pre + "codec-x v0.1.0\n\nreplace " + pre + "codec-x => ../codec-x\n",
		"core/a.go":         "package tenon\n\nimport _ \"errors\"\n",
		"core/a_windows.go": "package tenon\n\nimport _ \"net/rpc\"\n",
		"core/a_test.go":    "package tenon_test\n\nimport _ \"" + pre + "codec-x\"\n",
		"codec-x/go.mod":    "module " + pre + "codec-x\n\ngo 1.25.0\n",
		"codec-x/x.go":      "package x\n",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	mods, err := repo.Modules(root)
	if err != nil {
		t.Fatal(err)
	}
	g, err := load(mods[1], mods)
	if err != nil {
		t.Fatal(err)
	}
	got := all(g, nil)
	if n := strings.Count(got, "\n") + 1; n != 4 {
		t.Errorf("%d violations, want 4 (net/rpc brings both templates):\n%s", n, got)
	}
	for _, want := range []string{"core: its tests need " + pre + "codec-x", "net/rpc is reachable through " + pre + "core"} {
		if !strings.Contains(got, want) {
			t.Errorf("got %q, want it to contain %q", got, want)
		}
	}
}
