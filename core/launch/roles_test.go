//go:build unix && !aix && !solaris

package launch_test

import (
	"context"
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

// play is what the test binary does as a child. It returns the exit code.
func play(role string) int {
	switch role {
	case "echo":
		link, err := launch.Inherit(os.Getenv(launch.LinkEnv))
		if err != nil {
			return complain(err)
		}
		io.Copy(link, link)
	case "env":
		for _, entry := range os.Environ() {
			fmt.Println(entry)
		}
	case "args":
		fmt.Printf("%q", os.Args)
	case "dir":
		dir, _ := os.Getwd()
		fmt.Print(dir, " ", os.Getenv("PWD"))
	case "cat":
		if _, err := io.Copy(os.Stdout, os.Stdin); err != nil {
			return complain(err)
		}
	case "exit3":
		return 3
	case "itself":
		if os.Getenv("LAUNCH_TAKES") != "" {
			os.Unsetenv(launch.LinkEnv)
		}
		p, err := launch.Command(os.Args[0], launch.Setenv("LAUNCH_ROLE=exit3")).Launch(context.Background(), launch.Request{Link: true})
		if err != nil {
			return complain(err)
		}
		<-p.Done()
	case "abort":
		self, _ := os.FindProcess(os.Getpid())
		self.Signal(syscall.SIGTERM)
		<-make(chan int)
	case "group":
		fmt.Print(os.Getpid(), " ", syscall.Getpgrp())
	case "extra":
		text, err := io.ReadAll(os.NewFile(3, "extra"))
		if err != nil {
			return complain(err)
		}
		fmt.Printf("%s %s", text, os.Getenv(launch.LinkEnv))
	case "descriptors":
		link, err := launch.Inherit(os.Getenv(launch.LinkEnv))
		if err != nil {
			return complain(err)
		}
		defer link.Close()
		// What a child of the plugin finds open.
		list := exec.Command("/bin/sh", "-c", "ls -l /proc/$$/fd")
		list.Stdin, list.Stdout, list.Stderr = os.Stdin, os.Stdout, os.Stderr
		if err := list.Run(); err != nil {
			return complain(err)
		}
	case "spill":
		block := make([]byte, 64<<10)
		for range 1024 {
			if _, err := os.Stdout.Write(block); err != nil {
				return complain(err)
			}
		}
	case "wait":
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, syscall.SIGTERM)
		fmt.Println("ready")
		fmt.Println(<-signals)
	case "parent-exits", "parent-stays":
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), "LAUNCH_ROLE=visitor")
		child.Stdout, child.Stderr = os.Stdout, os.Stderr
		in, err := child.StdinPipe()
		if err != nil {
			return complain(err)
		}
		defer in.Close()
		if err := child.Start(); err != nil {
			return complain(err)
		}
		io.ReadFull(os.Stdin, make([]byte, 1)) // until the test has seen the child
		if role == "parent-stays" {
			io.Copy(io.Discard, os.Stdin)
			signal.Notify(make(chan os.Signal, 1), syscall.SIGTERM)
			<-make(chan int)
		}
	case "visitor":
		conn, err := net.Dial("tcp", os.Getenv("VISIT"))
		if err != nil {
			return complain(err)
		}
		signal.Notify(make(chan os.Signal, 1), syscall.SIGTERM)
		io.Copy(conn, strings.NewReader("x"))
		io.Copy(io.Discard, conn)
	case "listen":
		l, err := launch.NewListener("")
		if err != nil {
			return complain(err)
		}
		fmt.Print("noise without an end")
		os.Stdout.Write(l.Announce())
		conn, err := l.Accept(context.Background())
		if err != nil {
			return complain(err)
		}
		io.Copy(conn, conn)
	default:
		return complain(fmt.Errorf("there is no role %q", role))
	}
	return 0
}
