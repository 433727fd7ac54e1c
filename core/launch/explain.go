package launch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// explain says what err, which came of executing path in dir, means. The system has
// one number for many causes; the file says which it is.
func explain(path, dir string, err error) (reason Reason, found, hint string) {
	if dir != "" {
		if found, hint := badWorkDir(dir); found != "" {
			return ReasonWorkDir, found, hint
		}
	}
	switch reason := reasonOf(err); reason {
	case ReasonNotFound:
		return explainMissing(path, err)
	case ReasonDenied:
		return explainDenied(path)
	case ReasonFormat, ReasonInterpreter:
		if found, hint := lookAtImage(path); found != "" {
			return reason, found, hint
		}
		return reason, "the system does not know the file's format", "check that it was built for this machine"
	case ReasonBusy:
		return reason, "the file is open for writing", "close it before the start; write a new version under another name and rename it"
	case ReasonTooLong:
		return reason, "its arguments and environment are longer than the system allows", "pass less, or pass it over the link"
	case ReasonFiles:
		return reason, "this process, or the system, has too many files open", "raise the limit (ulimit -n) or look for a leak"
	case ReasonProcesses:
		return reason, "no more processes may be started", "raise the limit (ulimit -u, or the container's pids limit)"
	case ReasonMemory:
		return reason, "there is not enough memory to start a process", "free memory or raise the limit"
	default:
		hint := "the file may be damaged, or the disk it is on: build or copy it again"
		if image, _ := lookAtImage(path); image != "" {
			return ReasonOther, "could not be started (" + rootText(err) + "): " + image, hint
		}
		return ReasonOther, "could not be started: " + rootText(err), hint
	}
}

func badWorkDir(dir string) (found, hint string) {
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return fmt.Sprintf("its working directory %s: %s", dir, rootText(err)), "create it, or correct Dir"
	case !info.IsDir():
		return fmt.Sprintf("its working directory %s is not a directory", dir), "correct Dir"
	}
	return "", ""
}

func explainMissing(path string, err error) (reason Reason, found, hint string) {
	if errors.Is(err, exec.ErrDot) {
		return ReasonNotFound, "the name was found in the current directory only, which is not searched", "give it as ./" + filepath.Base(path)
	}
	if errors.Is(err, exec.ErrNotFound) {
		return ReasonNotFound, "there is no executable file of that name in PATH", "give the path to the file"
	}
	if path == "" {
		return ReasonNotFound, "no path was given", "name the plugin's executable file"
	}
	_, statErr := os.Stat(path)
	if found, hint := pathTrouble(err, statErr == nil); found != "" {
		return ReasonNotFound, found, hint
	}
	if statErr == nil {
		if found, hint := lookAtImage(path); found != "" {
			return ReasonInterpreter, found, hint
		}
		return ReasonInterpreter, "the file is there, but what the system needs to run it is not", "build it without cgo (CGO_ENABLED=0), or run it where it was built"
	}
	if target, err := os.Readlink(path); err == nil {
		return ReasonNotFound, "it is a symbolic link to " + target + ", which does not exist", "build the plugin first, or correct the link"
	}
	if !filepath.IsAbs(path) {
		from, err := os.Getwd()
		if err != nil {
			return ReasonNotFound, "the working directory of this process, from which the path leads, was removed", "give the full path"
		}
		path = filepath.Join(from, path)
		if _, err := os.Stat(filepath.Dir(path)); err == nil {
			return ReasonNotFound, "there is no such file in " + filepath.Dir(path), "build the plugin first, or correct the path, which leads from the working directory"
		}
	}
	for parent := filepath.Dir(path); ; parent = filepath.Dir(parent) {
		info, err := os.Stat(parent)
		if err == nil && info.IsDir() {
			if parent == filepath.Dir(path) {
				return ReasonNotFound, "there is no such file", "build the plugin first, or correct the path"
			}
			return ReasonNotFound, "there is no such file; what exists of the path is " + parent, "build the plugin first, or correct the path"
		}
		if err == nil {
			return ReasonNotFound, parent + " is not a directory", "correct the path"
		}
		if parent == filepath.Dir(parent) {
			return ReasonNotFound, "there is no such file", "build the plugin first, or correct the path"
		}
	}
}

func explainDenied(path string) (reason Reason, found, hint string) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return ReasonDenied, "a directory on the way to the file may not be searched by this user", "correct the permissions of the directories above it"
	case err != nil:
		return ReasonDenied, "permission denied", "check who may execute it"
	}
	if found, hint := deniedInterpreter(path); found != "" && !mountedNoExec(path) && info.Mode().Perm()&0o111 != 0 {
		return ReasonDenied, found, hint
	}
	return deniedFile(path, info.Mode(), mountedNoExec(path))
}

// deniedFile explains why a file that was found must not be executed.
func deniedFile(path string, mode fs.FileMode, noExec bool) (reason Reason, found, hint string) {
	switch {
	case mode.IsDir():
		return ReasonDirectory, "it is a directory", "name the executable file in it"
	case !mode.IsRegular():
		return ReasonNotExecutable, "it is not a regular file (" + mode.Type().String() + ")", "name the plugin's executable file"
	case mode.Perm()&0o111 == 0:
		return ReasonNotExecutable, "the file is not executable (mode " + mode.Perm().String() + ")", "chmod +x " + quoteShell(path)
	case noExec:
		return ReasonNoExec, "the file system it is on is mounted noexec", "move it elsewhere, or mount with exec; the mount may be that of TMPDIR"
	}
	return ReasonDenied, "the system denies executing it (mode " + mode.Perm().String() + ")",
		"check its owner and mode, the interpreter if it is a script, and policies such as SELinux or AppArmor"
}

// deniedInterpreter says why the program that the first line of a script names must not be
// executed, or nothing.
func deniedInterpreter(path string) (found, hint string) {
	program := imageOf(path).script()
	if program == "" {
		return "", ""
	}
	info, err := os.Stat(program)
	if err != nil {
		return "", ""
	}
	reason, found, hint := deniedFile(program, info.Mode(), mountedNoExec(program))
	if reason == ReasonDenied { // it knows nothing special
		return "", ""
	}
	return "the interpreter " + printable(program) + " that the script's first line names cannot be executed: " + found, hint
}

// quoteShell makes a path safe to paste into a shell.
func quoteShell(path string) string {
	if strings.ContainsAny(path, " \t\n\"'`$&|;<>()*?[]{}!\\#~") {
		return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return path
}
