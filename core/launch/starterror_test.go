//go:build unix && !aix && !solaris

package launch_test

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/tenon-dev/tenon/core/launch"
)

func TestStartErrors(t *testing.T) {
	leaks(t)
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	dangling := filepath.Join(dir, "dangling")
	if err := os.Symlink(filepath.Join(dir, "nowhere"), dangling); err != nil {
		t.Fatal(err)
	}
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o755); err != nil {
		t.Fatal(err)
	}
	self, _ := os.Executable()
	foreign := foreignBinary(t, self, dir)
	plain := write("plain", "text", 0o644)
	for from, to := range map[string]string{"here": "there", "there": "here"} {
		if err := os.Symlink(to, filepath.Join(dir, from)); err != nil {
			t.Fatal(err)
		}
	}
	name := strings.Repeat("n", 300)
	long := strings.Repeat("x", 4<<20)
	tests := []struct {
		name   string
		path   string
		opts   []launch.Option
		reason launch.Reason
		is     error
		text   string // after "launch PATH: ", in which DIR stands for dir
	}{
		{"missing", dir + "/none", nil, launch.ReasonNotFound, fs.ErrNotExist,
			"there is no such file (no such file or directory); build the plugin first, or correct the path"},
		{"missing directory", dir + "/no/such/none", nil, launch.ReasonNotFound, fs.ErrNotExist,
			"there is no such file; what exists of the path is DIR (no such file or directory); build the plugin first, or correct the path"},
		{"file as directory", plain + "/none", nil, launch.ReasonNotFound, syscall.ENOTDIR,
			"DIR/plain is not a directory; correct the path"},
		{"no path", "", nil, launch.ReasonNotFound, fs.ErrNotExist,
			"no path was given (file does not exist); name the plugin's executable file"},
		{"not in PATH", "tenon-no-such-program", nil, launch.ReasonNotFound, nil,
			"there is no executable file of that name in PATH (executable file not found in $PATH); give the path to the file"},
		{"dangling", dangling, nil, launch.ReasonNotFound, fs.ErrNotExist,
			"it is a symbolic link to DIR/nowhere, which does not exist (no such file or directory); build the plugin first, or correct the link"},
		{"directory", dir, nil, launch.ReasonDirectory, fs.ErrPermission,
			"it is a directory (permission denied); name the executable file in it"},
		{"pipe", pipe, nil, launch.ReasonNotExecutable, fs.ErrPermission,
			"it is not a regular file (p---------) (permission denied); name the plugin's executable file"},
		{"mode", plain, nil, launch.ReasonNotExecutable, fs.ErrPermission,
			"the file is not executable (mode -rw-r--r--) (permission denied); chmod +x DIR/plain"},
		{"empty", write("empty", "", 0o755), nil, launch.ReasonFormat, syscall.ENOEXEC,
			"the file is empty (exec format error); was it copied while it was being written?"},
		{"text", write("text", "echo hello\n", 0o755), nil, launch.ReasonFormat, syscall.ENOEXEC,
			"the file is a text that does not begin with #! (exec format error); add a line such as #!/bin/sh, or name the program that it belongs to"},
		{"garbage", write("garbage", "\x01\x02\x03", 0o755), nil, launch.ReasonFormat, syscall.ENOEXEC,
			"the system does not know the file's format (exec format error); check that it was built for this machine"},
		{"archive", write("archive", "!<arch>\n__.PKGDEF", 0o755), nil, launch.ReasonFormat, syscall.ENOEXEC,
			"the file is an archive of compiled code, not a program (exec format error); build it from a package main"},
		{"interpreter without a directory", write("short", "#!tenon-no-such-program\n", 0o755), nil, launch.ReasonInterpreter, fs.ErrNotExist,
			"the interpreter tenon-no-such-program that the script's first line names is looked for in the working directory, and is not there (no such file or directory); name it by its full path, or write #!/usr/bin/env tenon-no-such-program"},
		{"zero byte in an argument", self, []launch.Option{launch.Args("a", "b\x00c")}, launch.ReasonOther, nil,
			"argument 2 has a zero byte in it; correct it"},
		{"zero byte in the path", "./a\x00b", nil, launch.ReasonOther, nil,
			`the path "./a\x00b" has a zero byte in it; correct it`},
		{"zero byte in the directory", self, []launch.Option{launch.Dir("/\x00")}, launch.ReasonOther, nil,
			`the working directory "/\x00" has a zero byte in it; correct it`},
		{"interpreter", write("script", "#!/no/such/perl -w\n", 0o755), nil, launch.ReasonInterpreter, fs.ErrNotExist,
			"the interpreter /no/such/perl that the script's first line names does not exist (no such file or directory); install it, or correct the line"},
		{"carriage return", write("dos", "#!/bin/sh\r\n", 0o755), nil, launch.ReasonInterpreter, fs.ErrNotExist,
			"the first line of the script ends in a carriage return, which counts as part of the interpreter's name (no such file or directory); convert the file to Unix line ends"},
		{"foreign", foreign, nil, launch.ReasonFormat, syscall.ENOEXEC,
			"it was built for " + runtime.GOOS + "/s390x, this machine is " + runtime.GOOS + "/" + runtime.GOARCH + " (exec format error); build it with GOOS=" + runtime.GOOS + " GOARCH=" + runtime.GOARCH},
		{"links in a circle", dir + "/here", nil, launch.ReasonNotFound, syscall.ELOOP,
			"its symbolic links lead in a circle, or there are more of them than the system follows (too many levels of symbolic links); correct the links"},
		{"name too long", dir + "/" + name, nil, launch.ReasonNotFound, syscall.ENAMETOOLONG,
			"the path, or a name in it, is longer than the system allows (file name too long); use a shorter one"},
		{"interpreter is a directory", write("dirscript", "#!"+dir+"\n", 0o755), nil, launch.ReasonDenied, fs.ErrPermission,
			"the interpreter DIR that the script's first line names cannot be executed: it is a directory (permission denied); name the executable file in it"},
		{"interpreter's mode", write("plainscript", "#!"+plain+"\n", 0o755), nil, launch.ReasonDenied, fs.ErrPermission,
			"the interpreter DIR/plain that the script's first line names cannot be executed: the file is not executable (mode -rw-r--r--) (permission denied); chmod +x DIR/plain"},
		{"working directory", self, []launch.Option{launch.Dir(dir + "/none")}, launch.ReasonWorkDir, fs.ErrNotExist,
			"its working directory DIR/none: no such file or directory; create it, or correct Dir"},
		{"working directory is a file", self, []launch.Option{launch.Dir(plain)}, launch.ReasonWorkDir, syscall.ENOTDIR,
			"its working directory DIR/plain is not a directory; correct Dir"},
		{"too long", self, []launch.Option{launch.Args(long)}, launch.ReasonTooLong, syscall.E2BIG,
			"its arguments and environment are longer than the system allows (argument list too long); pass less, or pass it over the link"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := launch.Command(tt.path, tt.opts...).Launch(t.Context(), launch.Request{Link: true})
			if p != nil || err == nil {
				t.Fatal("it was started")
			}
			var start *launch.StartError
			if !errors.As(err, &start) {
				t.Fatalf("%T: %v", err, err)
			}
			if start.Reason != tt.reason {
				t.Errorf("reason %q, want %q", start.Reason, tt.reason)
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("%v does not match %v", err, tt.is)
			}
			want := "launch " + tt.path + ": " + strings.ReplaceAll(tt.text, "DIR", dir)
			if err.Error() != want {
				t.Errorf("got  %s\nwant %s", err, want)
			}
		})
	}
}

// TestScriptsInACircle: Linux follows four scripts that are each other's interpreters.
func TestScriptsInACircle(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("other systems run no script as an interpreter at all")
	}
	path := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(path, []byte("#!"+path+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := launch.Command(path).Launch(t.Context(), launch.Request{})
	want := "launch " + path + ": the interpreter that the script's first line names is a script too, and so on: more than the system follows (too many levels of symbolic links); name a program there that is no script"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// TestRelativePathFromNowhere: somebody has removed the host's working directory.
func TestRelativePathFromNowhere(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("other systems keep a working directory from being removed, or its name")
	}
	dir, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	_, err = launch.Command("./plugin").Launch(t.Context(), launch.Request{})
	want := "launch ./plugin: the working directory of this process, from which the path leads, was removed (no such file or directory); give the full path"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// foreignBinary copies the beginning of this program and changes the processor it says
// it is for.
func foreignBinary(t *testing.T, self, dir string) string {
	t.Helper()
	f, err := os.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	head := make([]byte, 4096)
	if _, err := f.ReadAt(head, 0); err != nil {
		t.Fatal(err)
	}
	const machine = 22 // EM_S390
	head[18], head[19] = machine, 0
	path := filepath.Join(dir, "foreign")
	if err := os.WriteFile(path, head, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestBusyFileIsTriedAgain(t *testing.T) {
	leaks(t)
	path := filepath.Join(t.TempDir(), "script")
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	f.WriteString("#!/bin/sh\nexit 5\n")
	l := launch.Command(path)
	p, err := l.Launch(t.Context(), launch.Request{Link: true})
	var start *launch.StartError
	if p != nil || !errors.As(err, &start) || start.Reason != launch.ReasonBusy || !errors.Is(err, syscall.ETXTBSY) {
		t.Fatal(p, err)
	}
	// Closed after the first attempt, of which the log tells.
	log := slog.New(slog.NewTextHandler(writeFunc(func(p []byte) (int, error) {
		if strings.Contains(string(p), "open for writing") {
			f.Close()
		}
		return len(p), nil
	}), &slog.HandlerOptions{Level: slog.LevelDebug}))
	p, err = l.Launch(t.Context(), launch.Request{Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	if exit := wait(t, p); exit.Code != 5 {
		t.Error(exit)
	}
}

type writeFunc func(p []byte) (int, error)

func (f writeFunc) Write(p []byte) (int, error) { return f(p) }

func TestNoMoreFiles(t *testing.T) {
	leaks(t)
	l := self(t, "echo")
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	defer syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
	low := limit
	low.Cur = 64
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &low); err != nil {
		t.Fatal(err)
	}
	var taken []*os.File
	for {
		f, err := os.Open(os.DevNull)
		if err != nil {
			break
		}
		taken = append(taken, f)
	}
	// With each one more that is free, the start gets a step further, until it works.
	var p launch.Process
	failures := 0
	for p == nil && len(taken) > 0 {
		var err error
		if p, err = l.Launch(t.Context(), launch.Request{Link: true}); err != nil {
			var start *launch.StartError
			if !errors.As(err, &start) || start.Reason != launch.ReasonFiles || !errors.Is(err, syscall.EMFILE) {
				t.Fatalf("with %d files free: %v", failures, err)
			}
			failures++
			taken[0].Close()
			taken = taken[1:]
		}
	}
	for _, f := range taken {
		f.Close()
	}
	if p == nil || failures < 6 {
		t.Fatalf("started after %d failures: %v", failures, p)
	}
	echo(t, p.Link())
	p.Link().Close()
	wait(t, p)
}

func TestDiagnose(t *testing.T) {
	dir := t.TempDir()
	self, _ := os.Executable()
	if got := launch.Diagnose(self); got != "" {
		t.Error(got)
	}
	for path, want := range map[string]string{
		dir:                           "it is a directory; name the executable file in it",
		dir + "/none":                 "there is no such file; build the plugin first, or correct the path",
		foreignBinary(t, self, dir):   "it was built for ",
		write(t, dir, "a", 0o644, ""): "the file is not executable",
	} {
		if got := launch.Diagnose(path); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	pipe := filepath.Join(dir, "pipe")
	syscall.Mkfifo(pipe, 0o755)
	if got := launch.Diagnose(pipe); !strings.HasPrefix(got, "it is not a regular file") {
		t.Error(got)
	}
}

func write(t *testing.T, dir, name string, mode os.FileMode, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	return path
}
