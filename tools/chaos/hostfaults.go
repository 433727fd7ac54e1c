package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
)

func hostFaults() []fault {
	return []fault{
		{"host-killed", "SIGKILL of the host: its plugin, and the plugin's child, are gone", func(ctx context.Context, c *scene) error { return hostDies(ctx, c, syscall.SIGKILL) }},
		{"host-terminated", "SIGTERM of a host that does not look at it: the same", func(ctx context.Context, c *scene) error { return hostDies(ctx, c, syscall.SIGTERM) }},
	}
}

// hostDies ends a host of its own, which has a plugin with a child under load.
// The check after the step finds what lives on.
func hostDies(ctx context.Context, c *scene, s syscall.Signal) error {
	cmd := exec.CommandContext(ctx, c.run.self)
	cmd.Env = append(os.Environ(), roleEnv+"=host", markEnv+"="+c.run.counter.mark, "TMPDIR="+c.run.counter.tmp, transportEnv+"="+c.transport.Name())
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err == nil {
		err = cmd.Process.Signal(s)
	}
	if err != nil {
		cmd.Process.Kill()
	}
	cmd.Wait()
	if err != nil || line != "ready\n" {
		return fmt.Errorf("the host that was to die said %q, %v", line, err)
	}
	began := time.Now()
	for len(c.run.counter.processes()) > 0 {
		if time.Since(began) > settleWithin {
			return nil // the check after the step says which
		}
		time.Sleep(time.Millisecond)
	}
	c.run.orphansGone = append(c.run.orphansGone, time.Since(began))
	return nil
}

// transportEnv tells the host its transport.
const transportEnv = "TENON_CHAOS_TRANSPORT"

// playHost is a host with one plugin under load, which has a child. It waits to be
// ended.
func playHost() {
	s, err := newSuite(os.Getenv(markEnv), os.TempDir())
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	for _, t := range transports() {
		if t.Name() != os.Getenv(transportEnv) {
			continue
		}
		client := tenon.NewClient(s.config(t, "victim"))
		o, err := client.Dispense(ctx, "victim", nil)
		if err != nil {
			panic(err)
		}
		if _, err := methodChild.Call(ctx, o, struct{}{}); err != nil {
			panic(err)
		}
		if err := startLoad(o, 1).goesOn(20); err != nil {
			panic(err)
		}
		fmt.Println("ready")
		select {}
	}
	panic("no such transport: " + os.Getenv(transportEnv))
}
