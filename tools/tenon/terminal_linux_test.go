package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// onTerminal runs the built command with its outputs on a terminal that is so wide, and
// returns what the terminal got.
func onTerminal(t *testing.T, wide uint16, plugin string, args ...string) string {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	number, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(int(master.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: wide})
	}
	if err != nil {
		t.Fatal(err)
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), plugin)
	if err := os.Link(filepath.Join(binaries, "bolt"), path); err != nil {
		t.Fatal(err)
	}
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "PLUGIN", path)
	}
	cmd := exec.Command(filepath.Join(binaries, "tenon"), args...)
	cmd.Env = append(os.Environ(), "TERM=xterm", "NO_COLOR=")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = nil, slave, slave
	err = cmd.Start()
	slave.Close()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	io.Copy(&out, master) // ends with EIO when the last process has closed the terminal
	if err := cmd.Wait(); err != nil {
		t.Fatalf("tenon %v: %v\n%s", args, err, &out)
	}
	return out.String()
}

// own are the sequences that the command itself sends to a terminal.
var own = regexp.MustCompile(`\x1b\[(0|1|31|32|33)?m`)

func TestOnATerminal(t *testing.T) {
	text := onTerminal(t, 80, "bolt-evil", "inspect", "PLUGIN")
	if !strings.Contains(text, "\x1b[1mkv") {
		t.Errorf("nothing is set off:\n%q", text)
	}
	rest := own.ReplaceAllString(text, "")
	if strings.ContainsAny(rest, "\x1b\a\u009b\u202e") {
		t.Errorf("the plugin commands the terminal:\n%q", rest)
	}
	for _, line := range strings.Split(rest, "\r\n") {
		if n := width(line); n > 80 && !strings.Contains(line, " reader") && !strings.Contains(line, `\x1b`) {
			t.Errorf("%d columns: %q", n, line)
		}
	}
	text = onTerminal(t, 80, "bolt-evil", "call", "PLUGIN", "kv.Evil", "--raw")
	if rest := own.ReplaceAllString(text, ""); !strings.Contains(rest, `\x1b[31m\u009b\u202e\x7f`) || strings.ContainsAny(rest, "\x1b\u009b") {
		t.Errorf("raw on a terminal: %q", rest)
	}
	text = onTerminal(t, 80, "bolt", "call", "PLUGIN", "kv.Echo", `{"key":"k"}`)
	if !strings.Contains(text, "\r\n  \"key\": \"k\",\r\n") {
		t.Errorf("a result is not set out for a person: %q", text)
	}
}

func TestProgressOnATerminal(t *testing.T) {
	text := onTerminal(t, 120, "bolt", "bench", "PLUGIN", "kv.Ping", "--callers", "1", "--duration", "300ms", "--transports", "direct")
	for _, want := range []string{"direct/1 json, 1 caller", "direct/1 gob, 1 caller", "%", "transport  codec"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%q", want, text)
		}
	}
	if i := strings.LastIndex(text, "%"); i > strings.Index(text, "transport  codec") {
		t.Errorf("the bar is drawn after the end:\n%q", text)
	}
}
