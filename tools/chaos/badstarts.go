package main

import (
	"io"
	"net"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/tenon-dev/tenon/core/launch"
)

type linkFile = net.Conn

// withLink does something to the link that this plugin inherited, before any
// hello.
func withLink(do func(link linkFile)) {
	link, err := launch.Inherit(os.Getenv(launch.LinkEnv))
	if err != nil {
		os.Exit(9)
	}
	do(link)
}

// helloAndExit reads what the host says and ends without an answer.
func helloAndExit() {
	withLink(func(link linkFile) { io.ReadFull(link, make([]byte, 8)) })
	os.Exit(5)
}

// leakChild starts a child that no signal to the plugin's group reaches, and that
// ends by itself some seconds later: for the test of the suite.
func leakChild() {
	cmd := exec.Command("sleep", "20")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Start()
	time.Sleep(10 * time.Millisecond)
}
