package launchtest

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"

	"github.com/tenon-dev/tenon/core/launch"
)

const (
	quitCode   = 7
	floodBytes = 8 << 20
	printLines = 2000
)

// programs returns what each program does, by name. They return their exit code.
func programs() map[string]func() int {
	return map[string]func() int{
		"echo":     playEcho,
		"quit":     func() int { return quitCode },
		"wait":     func() int { return playWait(false) },
		"stubborn": func() int { return playWait(true) },
		"print":    playPrint,
		"flood":    playFlood,
		"env":      playEnv,
		"hold":     playHold,
		"family":   playFamily,
		"orphan":   playOrphan,
		"listen":   playListen,
	}
}

// playEcho sends back what arrives on its link until the link ends.
func playEcho() int {
	link, err := launch.Inherit(os.Getenv(launch.LinkEnv))
	if err != nil {
		return complain(err)
	}
	defer link.Close()
	io.Copy(link, link)
	return 0
}

// playListen announces where it listens, and sends back what arrives at the first
// connection until that ends.
func playListen() int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return complain(err)
	}
	os.Stdout.Write(launch.Announce(launch.Announcement{Network: "tcp", Address: l.Addr().String()}))
	conn, err := l.Accept()
	if err != nil {
		return complain(err)
	}
	l.Close()
	io.Copy(conn, conn)
	return 0
}

// playWait says that it is ready and waits to be asked to end; a stubborn one does
// not listen.
func playWait(stubborn bool) int {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, os.Interrupt, syscall.SIGTERM)
	fmt.Println("ready")
	for range asked {
		if !stubborn {
			break
		}
	}
	return 0
}

// printed is what the program "print" writes to an output.
func printed(output string) []byte {
	var b bytes.Buffer
	for i := range printLines {
		fmt.Fprintf(&b, "%s %d %s\n", output, i, strings.Repeat("x", i%100))
	}
	return b.Bytes()
}

func playPrint() int {
	os.Stdout.Write(printed("stdout"))
	os.Stderr.Write(printed("stderr"))
	return 0
}

func playFlood() int {
	block := bytes.Repeat([]byte("0123456789abcde\n"), 4096)
	for n := 0; n < floodBytes; n += len(block) {
		if _, err := os.Stdout.Write(block); err != nil {
			return complain(err)
		}
		if _, err := os.Stderr.Write(block); err != nil {
			return 1
		}
	}
	return 0
}

func playEnv() int {
	fmt.Printf("%s\n%s\n", os.Getenv(valueVar), os.Getenv(launch.LinkEnv))
	return 0
}

// playHold keeps its outputs open until the connection to the test ends. It does not
// end when asked to.
func playHold() int {
	signal.Notify(make(chan os.Signal, 1), os.Interrupt, syscall.SIGTERM)
	conn, err := net.Dial("tcp", os.Getenv(dialVar))
	if err != nil {
		return complain(err)
	}
	conn.Write([]byte("."))
	io.Copy(io.Discard, conn)
	return 0
}

// playFamily starts "hold" with its own outputs, stays with it, and does not end
// when asked to.
func playFamily() int {
	if err := startHolder(func(*exec.Cmd) {}); err != nil {
		return complain(err)
	}
	return playWait(true)
}

// playOrphan starts "hold" with its own outputs and out of reach of its own group,
// and ends when its link does.
func playOrphan() int {
	link, err := launch.Inherit(os.Getenv(launch.LinkEnv))
	if err != nil {
		return complain(err)
	}
	defer link.Close()
	if err := startHolder(detach); err != nil {
		return complain(err)
	}
	io.Copy(io.Discard, link)
	return 0
}

func startHolder(change func(*exec.Cmd)) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	child := exec.Command(self, "-test.run=^$")
	child.Env = append(os.Environ(), programVar+"=hold")
	child.Stdout, child.Stderr = os.Stdout, os.Stderr
	change(child)
	return child.Start()
}

func complain(err error) int {
	fmt.Fprintln(os.Stderr, "launchtest:", err)
	return 98
}
