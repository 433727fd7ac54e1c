// Command host greets through the plugin that it is given.
package main

import (
	"fmt"
	"os"
	"os/exec"

	"github.com/hashicorp/go-hclog"
	plugin "github.com/tenon-dev/tenon/compat-goplugin"
	"github.com/tenon-dev/tenon/examples/migrate/import/greeter"
)

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(path string) error {
	client := plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig: greeter.Handshake,
		Plugins:         greeter.Plugins,
		Cmd:             exec.Command(path),
		Logger:          hclog.NewNullLogger(),
	})
	defer client.Kill()
	protocol, err := client.Client()
	if err != nil {
		return err
	}
	raw, err := protocol.Dispense("greeter")
	if err != nil {
		return err
	}
	text, err := raw.(greeter.Greeter).Greet("world")
	if err != nil {
		return err
	}
	fmt.Println(text)
	return nil
}
