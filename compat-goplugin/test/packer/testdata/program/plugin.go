package main

import (
	"context"
	"fmt"

	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/hashicorp/packer-plugin-sdk/packer"
	"github.com/hashicorp/packer-plugin-sdk/plugin"
)

// serve is a plugin of Packer as they are all made.
func serve() error {
	set := plugin.NewSet()
	set.RegisterProvisioner("hello", new(provisioner))
	return set.Run()
}

type provisioner struct{ name string }

func (*provisioner) ConfigSpec() hcldec.ObjectSpec { return nil }

func (p *provisioner) Prepare(raws ...interface{}) error {
	if len(raws) != 1 {
		return fmt.Errorf("%d configurations, want 1", len(raws))
	}
	p.name = fmt.Sprint(raws[0])
	return nil
}

func (p *provisioner) Provision(_ context.Context, ui packer.Ui, _ packer.Communicator, _ map[string]interface{}) error {
	ui.Say("hello " + p.name)
	return nil
}
