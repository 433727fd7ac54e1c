package launch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// Diagnose looks at the file at path and says in one line what would keep it from
// running on this machine, and what to try. It returns "" when it sees nothing wrong,
// which is no promise that the file is a plugin. It never executes the file, and
// reads no more than a few KiB of it.
func Diagnose(path string) string {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		_, found, hint := explainMissing(path, err)
		return join(found, hint)
	case errors.Is(err, fs.ErrPermission):
		_, found, hint := explainDenied(path)
		return join(found, hint)
	case err != nil:
		return rootText(err)
	}
	noExec := mountedNoExec(path)
	unixMode := runtime.GOOS != "windows"
	if info.IsDir() || !info.Mode().IsRegular() || unixMode && info.Mode().Perm()&0o111 == 0 || noExec {
		_, found, hint := deniedFile(path, info.Mode(), noExec)
		return join(found, hint)
	}
	if found, hint := lookAtImage(path); found != "" || !unixMode {
		return join(found, hint)
	}
	return join(deniedInterpreter(path))
}

func join(found, hint string) string {
	if hint == "" {
		return found
	}
	return found + "; " + hint
}

// lookAtImage says what is wrong with the content of the file, or nothing.
func lookAtImage(path string) (found, hint string) {
	return judge(imageOf(path), runtime.GOOS, runtime.GOARCH, exists)
}

// imageOf reads the headers of the file; it knows nothing of one that cannot be read.
func imageOf(path string) image {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return image{} // opening a pipe or a device could wait, or do something
	}
	f, err := os.Open(path)
	if err != nil {
		return image{}
	}
	defer f.Close()
	return readImage(f, info.Size())
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// judge says why an image cannot run on goos/goarch, or nothing.
func judge(img image, goos, goarch string, exists func(string) bool) (found, hint string) {
	build := fmt.Sprintf("build it with GOOS=%s GOARCH=%s", goos, goarch)
	switch img.format {
	case formatEmpty:
		return "the file is empty", "was it copied while it was being written?"
	case formatArchive:
		return "the file is an archive of compiled code, not a program", "build it from a package main"
	case formatWasm:
		return "the file is a WebAssembly module, not a program for this machine", build
	case formatText:
		return "the file is a text that does not begin with #!", "add a line such as #!/bin/sh, or name the program that it belongs to"
	case formatScript:
		if goos == "windows" {
			return "the file is a script for " + printable(img.interpreter), "name a program that Windows can run"
		}
		if img.interpreter == "" {
			return "the first line of the script names no program after #!", "name the interpreter there"
		}
		if strings.HasSuffix(img.interpreter, "\r") {
			return "the first line of the script ends in a carriage return, which counts as part of the interpreter's name", "convert the file to Unix line ends"
		}
		if !filepath.IsAbs(img.interpreter) && !exists(img.interpreter) {
			return fmt.Sprintf("the interpreter %s that the script's first line names is looked for in the working directory, and is not there", printable(img.interpreter)), "name it by its full path, or write #!/usr/bin/env " + printable(img.interpreter)
		}
		if !exists(img.interpreter) {
			return fmt.Sprintf("the interpreter %s that the script's first line names does not exist", printable(img.interpreter)), "install it, or correct the line"
		}
		return "", ""
	case formatELF, formatMachO, formatPE:
	default:
		return "", "" // the system may know what we do not
	}
	if !systemFits(img, goos) || !slices.ContainsFunc(img.arches, func(arch string) bool { return archFits(arch, goos, goarch) }) {
		return fmt.Sprintf("it was built for %s, this machine is %s/%s", img, goos, goarch), build
	}
	if img.cutOff {
		return "the file ends before the program that is in it does", "build or copy it again: the disk may have been full, or it was copied while it was being written"
	}
	if img.interpreter != "" && filepath.IsAbs(img.interpreter) && !exists(img.interpreter) {
		return fmt.Sprintf("the loader %s that it needs does not exist here", printable(img.interpreter)), "build it without cgo (CGO_ENABLED=0), or for this system's C library"
	}
	return "", ""
}

func systemFits(img image, goos string) bool {
	switch img.format {
	case formatMachO:
		return goos == "darwin" || goos == "ios"
	case formatPE:
		return goos == "windows"
	}
	if goos == "windows" || goos == "darwin" || goos == "ios" || goos == "plan9" {
		return false
	}
	return !img.systemSure || img.system == goos
}

// archFits reports whether a machine of goarch may run arch. Where it depends on
// the machine, the benefit of the doubt is the file's.
func archFits(arch, goos, goarch string) bool {
	switch {
	case arch == goarch, arch == "":
		return true
	case goarch == "amd64":
		return arch == "386" && goos != "darwin"
	case goarch == "arm64":
		return arch == "arm" && goos != "darwin" || arch == "amd64" && (goos == "darwin" || goos == "windows") || arch == "386" && goos == "windows"
	}
	return false
}

// printable keeps what a file says about itself from upsetting a terminal.
func printable(s string) string {
	q := fmt.Sprintf("%q", s)
	if q == `"`+s+`"` {
		return s
	}
	return q
}
