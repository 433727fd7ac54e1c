package main

import (
	"bytes"
	"runtime/debug"
	"strings"
	"testing"
)

func TestCommandLine(t *testing.T) {
	for _, c := range []struct {
		args           string
		code           int
		stdout, stderr string
	}{
		{"", exitOK, "Available Commands", ""},
		{"help", exitOK, "version", ""},
		{"--help", exitOK, "Available Commands", ""},
		{"version", exitOK, "tenon ", ""},
		{"version -json", exitOK, `"transport_contract": 1`, ""},
		{"version --json", exitOK, `"core": "`, ""},
		{"version -js", exitUsage, "", "tenon: unknown shorthand flag: 'j' in -js"},
		{"inspect -json -quiet", exitUsage, "", `"kind":"usage","exit_code":2}`},
		{"call -metadata", exitUsage, "", "tenon: flag needs an argument: --metadata"},
		{"version --help", exitOK, "tenon version", ""},
		{"verison", exitUsage, "", `tenon: there is no command "verison": there are`},
		{"version now", exitUsage, "", "tenon: "},
		{"version --short", exitUsage, "", "tenon: unknown flag: --short"},
	} {
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), strings.Fields(c.args), strings.NewReader(""), &stdout, &stderr)
		if code != c.code || !strings.Contains(stdout.String(), c.stdout) || !strings.Contains(stderr.String(), c.stderr) {
			t.Errorf("tenon %s: code %d\nstdout: %sstderr: %s", c.args, code, &stdout, &stderr)
		}
		if (stderr.Len() > 0) != (code != exitOK) {
			t.Errorf("tenon %s: code %d, but stderr is %q", c.args, code, &stderr)
		}
		if code != exitOK && stdout.Len() > 0 {
			t.Errorf("tenon %s: an error, but stdout is %q", c.args, &stdout)
		}
	}
}

func TestPrintVersion(t *testing.T) {
	for _, c := range []struct {
		name string
		info *debug.BuildInfo
		want []string
	}{
		{"nothing known", nil, []string{"tenon (devel) ", "\ncore (devel), "}},
		{"installed", &debug.BuildInfo{
			Main: debug.Module{Version: "v0.1.0"},
			Deps: []*debug.Module{{Path: "example.org/x", Version: "v3.0.0"}, {Path: corePath, Version: "v0.1.1"}},
		}, []string{"tenon v0.1.0 ", "\ncore v0.1.1, transport contract 1, codec contract 1\n"}},
		{"from a clone", &debug.BuildInfo{
			Deps: []*debug.Module{{Path: corePath, Version: "v0.1.0", Replace: &debug.Module{Path: "../core"}}},
		}, []string{"tenon (devel) ", "\ncore (devel), "}},
	} {
		var out bytes.Buffer
		if err := printVersion(&out, c.info); err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: %q does not contain %q", c.name, &out, want)
			}
		}
	}
}
