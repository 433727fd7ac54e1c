package tenon_test

import (
	"bufio"
	"context"
	"fmt"
	"os"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/launch"
)

// playTerminalHost is a host that hands its terminal to a plugin.
func playTerminalHost() {
	ctx := context.Background()
	c := tenon.NewClient(tenon.ClientConfig{
		Cookie:   cookie,
		Launcher: program("asker", launch.Terminal(os.Stdin, os.Stdout, os.Stderr)),
	})
	defer c.Close()
	var asker struct {
		Ask func(ctx context.Context, question string) (string, error)
	}
	if err := dynamic.Bind(ctx, c, "asker", &asker); err != nil {
		fmt.Println("the host fails:", err)
		return
	}
	answer, err := asker.Ask(ctx, "who are you?")
	fmt.Printf("the host got %q, %v\n", answer, err)
}

// playAsker is a plugin that asks a person.
func playAsker() {
	tenon.Main(tenon.ServeConfig{Cookie: cookie, Services: tenon.Services{"asker": dynamic.Service(asker{})}})
}

type asker struct{}

func (asker) Ask(question string) (string, error) {
	for _, f := range []*os.File{os.Stdin, os.Stdout, os.Stderr} {
		if info, err := f.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
			return "", fmt.Errorf("%s is no terminal: %v", f.Name(), err)
		}
	}
	fmt.Println(question)
	return bufio.NewReader(os.Stdin).ReadString('\n')
}
