package main

import (
	"context"
	"fmt"
	"net"
	"os"

	"github.com/hashicorp/packer-plugin-sdk/packer"
	packrpc "github.com/hashicorp/packer-plugin-sdk/rpc"
	"github.com/tenon-dev/tenon/compat-goplugin/bridge"
	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/launch"
)

// components is a connection of Packer's, which knows components by their kinds.
type components struct{ *packrpc.Client }

func (c components) Dispense(name string) (any, error) {
	if name != "provisioner" {
		return nil, fmt.Errorf("no component %q", name)
	}
	return c.Provisioner(), nil
}

func host() error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	ctx := context.Background()
	client := tenon.NewClient(tenon.ClientConfig{
		Cookie:   tenon.Cookie{Key: "PROGRAM", Value: "program"},
		Launcher: launch.Command(exe, launch.Args("start", "provisioner", "hello")),
		Dialects: []tenon.Dialect{bridge.Packer(bridge.PackerConfig{Open: func(conn net.Conn) (bridge.PackerSession, error) {
			c, err := packrpc.NewClient(conn)
			return components{c}, err
		}})},
	})
	defer client.Close()
	p, err := tenon.Dispense(ctx, client, "provisioner", tenon.Plugin[packer.Provisioner]{New: func(*tenon.Object) packer.Provisioner { return nil }}, nil)
	if err != nil {
		return err
	}
	if err := p.Prepare("world"); err != nil {
		return err
	}
	ui := &packer.BasicUi{Reader: os.Stdin, Writer: os.Stdout, ErrorWriter: os.Stderr}
	if err := p.Provision(ctx, ui, new(packer.MockCommunicator), nil); err != nil {
		return err
	}
	fmt.Println("by", client.Info().Dialect)
	if _, err := client.Ping(ctx); err != nil {
		return err
	}
	return client.Stop(ctx)
}
