package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"google.golang.org/grpc"
)

// reattachEnv is where Terraform finds providers that run in a debugger.
const reattachEnv = "TF_REATTACH_PROVIDERS"

// drive runs the provider exe, or attaches to one, and applies a resource.
func drive(exe string) error {
	config := &plugin.ClientConfig{
		HandshakeConfig: plugin.HandshakeConfig{
			ProtocolVersion: 5, MagicCookieKey: "TF_PLUGIN_MAGIC_COOKIE",
			MagicCookieValue: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
		},
		VersionedPlugins: map[int]plugin.PluginSet{5: {"provider": remote{}}, 6: {"provider": remote{}}},
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		Logger:           hclog.New(&hclog.LoggerOptions{Level: hclog.Error, Output: os.Stderr}),
		SyncStdout:       os.Stderr, SyncStderr: os.Stderr, Managed: true,
	}
	if attached := os.Getenv(reattachEnv); attached != "" {
		var err error
		if config.Reattach, err = reattachConfig(attached); err != nil {
			return err
		}
		config.Plugins = config.VersionedPlugins[config.Reattach.ProtocolVersion]
	} else {
		config.Cmd, config.AutoMTLS = exec.Command(exe), true
	}
	defer plugin.CleanupClients()
	client := plugin.NewClient(config)
	p, err := client.Client()
	if err != nil {
		return err
	}
	v, err := p.Dispense("provider")
	if err != nil {
		return err
	}
	if got := client.NegotiatedVersion(); got != 6 {
		return fmt.Errorf("version %d was negotiated, and not 6", got)
	}
	return apply(v.(*caller))
}

// reattachConfig reads what a provider in debug mode asks to be passed on.
func reattachConfig(text string) (*plugin.ReattachConfig, error) {
	var all map[string]struct {
		Protocol             string
		ProtocolVersion, Pid int
		Test                 bool
		Addr                 struct{ Network, String string }
	}
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		return nil, err
	}
	c := all[address]
	if c.Addr.Network != "unix" {
		return nil, fmt.Errorf("the provider listens on %v", c.Addr)
	}
	return &plugin.ReattachConfig{
		Protocol: plugin.Protocol(c.Protocol), ProtocolVersion: c.ProtocolVersion, Pid: c.Pid, Test: c.Test,
		Addr: &net.UnixAddr{Net: c.Addr.Network, Name: c.Addr.String},
	}, nil
}

// remote is the provider's host side.
type remote struct{ plugin.NetRPCUnsupportedPlugin }

func (remote) GRPCServer(*plugin.GRPCBroker, *grpc.Server) error {
	return errors.New("not served here")
}

func (remote) GRPCClient(ctx context.Context, _ *plugin.GRPCBroker, conn *grpc.ClientConn) (interface{}, error) {
	return newCaller(ctx, conn)
}

var noteType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{"id": tftypes.String, "text": tftypes.String, "library": tftypes.String}}

// apply takes a resource from its schema to its state, and prints what became of it.
func apply(c *caller) error {
	schemas, err := c.call("GetProviderSchema", nil)
	if err != nil {
		return err
	}
	var found struct {
		ResourceSchemas map[string]struct {
			Block struct{ Attributes []struct{ Name string } }
		}
	}
	if err := json.Unmarshal(schemas, &found); err != nil {
		return err
	}
	attributes := found.ResourceSchemas["notes_note"].Block.Attributes
	if len(attributes) != 3 {
		return fmt.Errorf("the schema has the attributes %v", attributes)
	}
	empty := tftypes.Object{AttributeTypes: map[string]tftypes.Type{}}
	if _, err := c.call("ConfigureProvider", fields{"config": value(empty, tftypes.NewValue(empty, map[string]tftypes.Value{}))}); err != nil {
		return err
	}
	none := value(noteType, tftypes.NewValue(noteType, nil))
	config := value(noteType, noteValue(nil))
	request := fields{"typeName": "notes_note", "config": config}
	if _, err := c.call("ValidateResourceConfig", request); err != nil {
		return err
	}
	request["priorState"], request["proposedNewState"] = none, value(noteType, noteValue(tftypes.UnknownValue))
	plan, err := c.call("PlanResourceChange", request)
	if err != nil {
		return err
	}
	planned, id, err := state(plan, "plannedState")
	if err != nil || id.IsKnown() {
		return fmt.Errorf("the plan has the id %v, %v", id, err)
	}
	delete(request, "proposedNewState")
	request["plannedState"] = planned
	done, err := c.call("ApplyResourceChange", request)
	if err != nil {
		return err
	}
	_, id, err = state(done, "newState")
	if err != nil {
		return err
	}
	var text string
	if err := id.As(&text); err != nil {
		return err
	}
	if _, err := c.call("StopProvider", nil); err != nil {
		return err
	}
	fmt.Printf("host %s applied %s by plugin %s\n", library(), text, lastLibrary)
	return nil
}

// noteValue is a note whose computed attributes are all the same.
func noteValue(computed any) tftypes.Value {
	return tftypes.NewValue(noteType, map[string]tftypes.Value{
		"id": tftypes.NewValue(tftypes.String, computed), "library": tftypes.NewValue(tftypes.String, computed),
		"text": tftypes.NewValue(tftypes.String, "hello"),
	})
}

// value encodes a value as Terraform does, and then as a message of JSON.
func value(t tftypes.Type, v tftypes.Value) fields {
	d, err := tfprotov6.NewDynamicValue(t, v)
	if err != nil {
		panic(err)
	}
	return fields{"msgpack": d.MsgPack}
}

var lastLibrary string

// state takes a note's state out of a response, and its id.
func state(response []byte, name string) (fields, tftypes.Value, error) {
	var all map[string]json.RawMessage
	var d struct{ Msgpack []byte }
	if err := json.Unmarshal(response, &all); err != nil {
		return nil, tftypes.Value{}, err
	}
	if err := json.Unmarshal(all[name], &d); err != nil {
		return nil, tftypes.Value{}, fmt.Errorf("the response has no %s: %w", name, err)
	}
	v, err := tfprotov6.DynamicValue{MsgPack: d.Msgpack}.Unmarshal(noteType)
	if err != nil {
		return nil, tftypes.Value{}, err
	}
	var attributes map[string]tftypes.Value
	if err := v.As(&attributes); err != nil {
		return nil, tftypes.Value{}, err
	}
	if l := attributes["library"]; l.IsKnown() {
		if err := l.As(&lastLibrary); err != nil {
			return nil, tftypes.Value{}, err
		}
	}
	return fields{"msgpack": d.Msgpack}, attributes["id"], nil
}
