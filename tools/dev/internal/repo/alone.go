package repo

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
)

// Alone prepares running the go command on one module without the workspace,
// and says which flag that takes.
//
// A module that replaces its siblings by folders needs no flag. One that ships a
// command must not carry replace directives, since "go install …@version"
// refuses them, and so its siblings cannot be found until they are published:
// for such a module a copy of go.mod and go.sum with the replace directives
// added is written to a temporary folder, which cleanup removes. flag is then
// "-modfile=…", to be given right after the verb.
func Alone(m Module, mods []Module) (flag string, cleanup func(), err error) {
	cleanup = func() {}
	missing := false
	for _, r := range m.Siblings() {
		missing = missing || !m.Replaced(r.Mod.Path)
	}
	if !missing {
		return "", cleanup, nil
	}
	dir, err := os.MkdirTemp("", "tenon-modfile-")
	if err != nil {
		return "", cleanup, err
	}
	remove := func() { os.RemoveAll(dir) }
	if err := writeAlone(dir, m, mods); err != nil {
		remove()
		return "", cleanup, fmt.Errorf("repo: stand-in go.mod for %s: %w", m.Dir, err)
	}
	return "-modfile=" + filepath.Join(dir, "go.mod"), remove, nil
}

func writeAlone(dir string, m Module, mods []Module) error {
	data, err := os.ReadFile(filepath.Join(m.AbsDir(), "go.mod"))
	if err != nil {
		return err
	}
	f, err := modfile.Parse("go.mod", data, nil)
	if err != nil {
		return err
	}
	for _, other := range mods {
		if other.Path == m.Path || m.Replaced(other.Path) || !other.Published() {
			continue
		}
		if err := f.AddReplace(other.Path, "", other.AbsDir(), ""); err != nil {
			return err
		}
	}
	f.Cleanup()
	out, err := f.Format()
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), out, 0o600); err != nil {
		return err
	}
	sum, err := os.ReadFile(filepath.Join(m.AbsDir(), "go.sum"))
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "go.sum"), sum, 0o600)
}

// GoAlone is the go command with args, to be run in m without the workspace.
// flag comes from [Alone]; env is added to the environment.
func GoAlone(m Module, flag string, env []string, args ...string) *exec.Cmd {
	cmd := exec.Command("go", withFlag(args, flag)...)
	cmd.Dir = m.AbsDir()
	cmd.Env = append(os.Environ(), "GOWORK=off", "PWD="+cmd.Dir)
	cmd.Env = append(cmd.Env, env...)
	return cmd
}

// withFlag puts flag behind the verb, which is two words for "mod tidy".
func withFlag(args []string, flag string) []string {
	if flag == "" || len(args) == 0 {
		return args
	}
	verb := 1
	if args[0] == "mod" && len(args) > 1 && !strings.HasPrefix(args[1], "-") {
		verb = 2
	}
	out := append([]string{}, args[:verb]...)
	out = append(out, flag)
	return append(out, args[verb:]...)
}
