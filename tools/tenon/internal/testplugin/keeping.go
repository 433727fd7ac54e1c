package main

import (
	stdcontext "context"
	"fmt"
	"os"
	"path/filepath"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/reattach"
)

// keep is what the program does that is called a host: it starts the plugin bolt-kept
// beside it, saves how it is found, and leaves it.
func keep() error {
	ctx := stdcontext.Background()
	path, err := filepath.Abs(filepath.Join(filepath.Dir(os.Args[0]), "bolt-kept"))
	if err != nil {
		return err
	}
	client := tenon.NewClient(tenon.ClientConfig{
		Cookie: cookie, Launcher: launch.Command(path), Outlive: tenon.Outlive{Secret: reattach.Secret()},
	})
	if err := client.Start(ctx); err != nil {
		return err
	}
	info, err := client.Detach()
	if err != nil {
		return err
	}
	fmt.Println("left", info.Process.PID)
	return reattach.Save("", "bolt", info)
}
