package main

import (
	"bytes"
	"errors"
	"path/filepath"
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
		{"--version", exitOK, "transport contract 1", ""},
		{"-version --json", exitOK, `"core": "`, ""},
		{"--version now", exitUsage, "", "tenon: "},
		{"call --version", exitUsage, "", "tenon: unknown flag: --version"},
		{"version -js", exitUsage, "", "tenon: unknown shorthand flag: 'j' in -js"},
		{"inspect -json -quiet", exitUsage, "", `"kind":"usage","exit_code":2}`},
		{"call -metadata", exitUsage, "", "tenon: flag needs an argument: --metadata"},
		{"version --help", exitOK, "tenon version", ""},
		{"verison", exitUsage, "", `tenon: there is no command "verison": there are`},
		{"version now", exitUsage, "", "tenon: "},
		{"version --short", exitUsage, "", "tenon: unknown flag: --short"},
		{"help version", exitOK, "tenon version", ""},
		{"help completion bash", exitOK, "bash-completion", ""},
		{"help verison", exitUsage, "", `did you mean "version"?`},
		{"help version now", exitUsage, "", "tenon: "},
		{"completion", exitOK, "bash", ""},
		{"completion tcsh", exitUsage, "", `there is no command "tcsh"`},
		{"inspect --start-timeout -1s ./x", exitUsage, "", "it must be above zero"},
		{"bench --start-timeout 0 ./x y", exitUsage, "", "it must be above zero"},
		{"compare --start-timeout x a b", exitUsage, "", "invalid duration"},
		{"inspect --env NAME ./x", exitUsage, "", "it is not of the form KEY=VALUE"},
		{"call --env =x ./x y", exitUsage, "", "it is not of the form KEY=VALUE"},
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

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

// A result that could not be written is a failure, whatever printed it.
func TestLostOutput(t *testing.T) {
	for _, args := range []string{"", "help", "help version", "version", "version --json", "completion bash", "ls --json"} {
		var stderr bytes.Buffer
		t.Setenv("TENON_RUNTIME_DIR", filepath.Join(t.TempDir(), "private"))
		if code := run(t.Context(), strings.Fields(args), strings.NewReader(""), full{}, &stderr); code != exitFailed || !strings.Contains(stderr.String(), "no space left") {
			t.Errorf("tenon %s: code %d, %s", args, code, &stderr)
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
