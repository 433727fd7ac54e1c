package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/attach"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/core/transport"
)

// playPlugin is the main function of a plugin that has nothing to hide: of a host, or by
// itself where it has a directory for its socket.
func playPlugin() {
	a, _ := attackNamed(os.Getenv(attackEnv))
	tr, err := transportNamed(os.Getenv(transportEnv))
	if err != nil {
		os.Exit(2)
	}
	cfg := tenon.ServeConfig{
		Cookie: cookie, Services: services(), Name: "victim",
		Transports: []transport.Transport{tr}, Codecs: []codec.Codec{codecNamed(a.usesCodec())},
		Standalone: os.Getenv(attach.DirEnv) != "",
		Limits:     rpc.DefaultLimits(), // what a plugin does that does not trust its hosts
	}
	if cfg.Standalone {
		cfg.Logger = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	tenon.Main(cfg)
}

// pluginUnderAttack lets a host attack a plugin that serves another host as well.
func pluginUnderAttack(ctx context.Context, self string, a attack, tr transport.Transport) (_ *report, err error) {
	dir, err := os.MkdirTemp("", "hostile")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	said := &journal{}
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), roleEnv+"=plugin", attackEnv+"="+a.name, transportEnv+"="+tr.Name(), attach.DirEnv+"="+dir, "GORACE=atexit_sleep_ms=0")
	cmd.Stdout, cmd.Stderr = io.Discard, said
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	defer func() {
		cmd.Process.Kill()
		cmd.Wait()
	}()
	socket := filepath.Join(dir, "victim.sock")
	good := tenon.NewClient(tenon.ClientConfig{
		Cookie: cookie, Launcher: attach.At(socket), Transports: []transport.Transport{tr},
		Codecs: []codec.Codec{codecNamed(a.usesCodec())},
	})
	defer good.Close()
	var o *tenon.Object
	for deadline := time.Now().Add(callWithin); ; time.Sleep(5 * time.Millisecond) {
		if o, err = good.Dispense(ctx, "victim", nil); err == nil {
			break
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("attach the good host: %w: %s", err, said.text())
		}
	}
	l := startLoad(ctx, o)
	if err := l.goesOn(1000); err != nil {
		return nil, err
	}
	r := &report{}
	if r.Before, err = settle(cmd.Process.Pid); err != nil {
		return nil, err
	}
	told, survived, err := attackAsHost(ctx, a, tr, socket)
	if err != nil {
		return nil, fmt.Errorf("attack: %w", err)
	}
	r.Survived = survived
	others := l.goesOn(100)
	r.Calls = l.calls.Load()
	if others = errors.Join(others, l.stop()); others != nil {
		r.Others = others.Error()
	}
	if _, r.Peak, err = resident(cmd.Process.Pid); err != nil {
		return nil, fmt.Errorf("the plugin is gone: %w: %s", err, said.text())
	}
	r.Said = told + said.text()
	return r, nil
}
