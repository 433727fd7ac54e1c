package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/attach"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/reattach"
)

// What happens where host and plugin do not start and end together.
func attachFaults() []fault {
	return []fault{
		{"host-leaves", "SIGKILL of one host after the other: the plugin lives on, the next one attaches, and who has a wrong secret does not", hostsLeave},
		{"standalone-killed", "SIGKILL of a plugin that runs by itself: its calls fail, and a restart starts one", standaloneKilled},
	}
}

// leave starts a host that attaches to the plugin of info, or starts one, and kills
// it when it has said how the next one finds the plugin.
func (c *scene) leave(ctx context.Context, info []byte) ([]byte, error) {
	cmd := exec.CommandContext(ctx, c.run.self)
	cmd.Env = append(os.Environ(), roleEnv+"=leaving-host", infoEnv+"="+string(info), markEnv+"="+c.run.counter.mark,
		"TMPDIR="+c.run.counter.tmp, transportEnv+"="+c.transport.Name())
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	cmd.Process.Kill()
	cmd.Wait()
	if err != nil {
		return nil, fmt.Errorf("the host that was to leave said %q, %w", line, err)
	}
	return line[:len(line)-1], nil
}

// infoEnv tells a host how it finds the plugin.
const infoEnv = "TENON_CHAOS_INFO"

func playLeavingHost() {
	s, err := newSuite(os.Getenv(markEnv), os.TempDir())
	must(err)
	over, err := chooseTransports(transports(), []string{os.Getenv(transportEnv)})
	must(err)
	cfg := s.config(over[0], "victim")
	cfg.Outlive = tenon.Outlive{Secret: reattach.Secret(), For: time.Minute}
	if text := os.Getenv(infoEnv); text != "" {
		var info tenon.AttachInfo
		must(json.Unmarshal([]byte(text), &info))
		cfg.Launcher = reattach.To(info)
	}
	client := tenon.NewClient(cfg)
	o, err := client.Dispense(context.Background(), "victim", nil)
	must(err)
	must(startLoad(o, 1).goesOn(20))
	info, err := client.AttachInfo()
	must(err)
	text, err := json.Marshal(info)
	must(err)
	fmt.Printf("%s\n", text)
	select {}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func hostsLeave(ctx context.Context, c *scene) error {
	var text []byte
	for range 3 {
		var err error
		if text, err = c.leave(ctx, text); err != nil {
			return err
		}
	}
	var info tenon.AttachInfo
	if err := json.Unmarshal(text, &info); err != nil {
		return err
	}
	cfg := c.run.config(c.transport, "victim")
	wrong := info
	wrong.Secret = reattach.Secret()
	cfg.Launcher = reattach.To(wrong)
	intruder := tenon.NewClient(cfg)
	if err := intruder.Start(ctx); !errors.Is(err, reattach.ErrNotProven) {
		intruder.Close()
		return fmt.Errorf("a host with a wrong secret: %w", errors.Join(err, errors.New("which is not that it knows it not")))
	}
	intruder.Close()
	if err := c.start(ctx, func(cfg *tenon.ClientConfig) { cfg.Launcher = reattach.To(info) }); err != nil {
		return err
	}
	if pid := c.client.Info().PID; pid != info.Process.PID {
		return fmt.Errorf("the plugin is process %d, and was %d", pid, info.Process.PID)
	}
	if c.rand.IntN(2) == 0 {
		return nil // Close ends it
	}
	if err := c.signal(syscall.SIGKILL); err != nil {
		return err
	}
	_, err := c.crashes(ctx)
	return err
}

func standaloneKilled(ctx context.Context, c *scene) error {
	dir := filepath.Join(c.run.counter.tmp, "run")
	defer os.RemoveAll(dir)
	cmd := exec.CommandContext(ctx, c.run.self, "--serve")
	cmd.Env = append(os.Environ(), roleEnv+"=victim", markEnv+"="+c.run.counter.mark, attach.DirEnv+"="+dir)
	if err := cmd.Start(); err != nil {
		return err
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	for began := time.Now(); ; time.Sleep(time.Millisecond) {
		if all, err := attach.List(dir); err == nil && len(all) == 1 && all[0].PID == cmd.Process.Pid {
			break
		}
		if time.Since(began) > callWithin {
			return errors.New("the plugin does not wait for hosts")
		}
	}
	err := c.serve(ctx, streamsOfLoad, isCrash, func(cfg *tenon.ClientConfig) {
		cfg.Restart = atOnce
		cfg.Launcher = launch.First(attach.To("victim", dir), cfg.Launcher)
	})
	if err != nil {
		return err
	}
	cmd.Process.Kill()
	cmd.Wait()
	// What a stream had sent before is still read, so that calls alone do not show it.
	for began := time.Now(); c.client.Info().PID == 0; time.Sleep(time.Millisecond) {
		if time.Since(began) > callWithin {
			return errors.New("no plugin was started in the place of the one that was killed")
		}
	}
	return c.load.goesOn(50)
}
